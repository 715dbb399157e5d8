import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, test } from 'vitest';

/** An import or export of a module at its start, unless of types alone. */
const STATIC = /^(?:import|export)(?! type\b)[^;']*?from '([^']+)';|^import '([^']+)';/gm;

/** Returns the files and packages that are loaded with a module, directly or by others. */
function loadedWith(file: string, loaded = new Set<string>()): Set<string> {
  loaded.add(file);
  for (const [, from, alone] of readFileSync(file, 'utf8').matchAll(STATIC)) {
    const name = from ?? alone ?? '';
    if (!name.startsWith('.')) loaded.add(name);
    else if (!loaded.has(posix.join(posix.dirname(file), name)))
      loadedWith(posix.join(posix.dirname(file), name), loaded);
  }
  return loaded;
}

const packages = (loaded: Set<string>) =>
  [...loaded].filter((name) => !name.endsWith('.ts') && !name.startsWith('node:'));

// Loading zod takes longer than all modules of the project that such a thread or process needs.
test.each([
  'bench/load/thread-main.ts',
  'servers/server-main.ts',
  'servers/spawning/thread-main.ts',
  'servers/spawning/child-task-main.ts',
  'bench/run/foreign-command-main.ts',
])('%s, which is started for each trial, loads no package', (entry) => {
  expect(packages(loadedWith(entry))).toEqual([]);
});

test('threads of an echo load do not load other protocols', () => {
  const loaded = loadedWith('bench/load/thread-main.ts');
  expect(loaded).toContain('bench/load/protocols/echo.ts');
  for (const other of ['http', 'redis', 'script', 'websocket', 'plug-in/plug-in']) {
    expect(loaded).not.toContain(`bench/load/protocols/${other}.ts`);
  }
});

test('threads of an echo load over TCP load no other workload, no TLS, no ring and no policies', () => {
  const loaded = [...loadedWith('bench/load/thread-main.ts')];
  expect(loaded).toContain('bench/load/engines/workloads.ts');
  const others =
    /^bench\/load\/(?:chat|channels|datagrams|streams\/(?!ring-suits|ring-outbox)|targets)|^sockets\/(?:tls|uring)/;
  expect(loaded.filter((name) => others.test(name))).toEqual([]);
  expect(loaded.length).toBeLessThan(65);
});

test.each(['async', 'event-driven', 'worker-pool'])('a server of echo loads no HTTP and no room: %s', (model) => {
  const loaded = [...loadedWith('servers/server-main.ts'), ...loadedWith(`servers/models/${model}.ts`)];
  expect(loaded.filter((name) => /^node:https?$|http-server|\/rooms\//.test(name))).toEqual([]);
});

test('what a module loads is found through other modules, with packages, and without types', () => {
  const loaded = loadedWith('scripts/commands/run.ts');
  expect(loaded).toContain('zod');
  expect(loaded).toContain('bench/model/operating-point.ts');
  expect(loadedWith('bench/load/protocols/load-protocol.ts')).not.toContain('bench/load/protocols/make-protocol.ts');
});
