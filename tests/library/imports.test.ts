import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** An import that is executed: neither of types alone, nor on demand. */
const STATIC = /^(?:import|export) (?!type )(?:[^;']*? from )?'([^']+)'/gm;

/** Returns all that importing a file loads: files of the project, and names of packages. */
function loadedBy(file: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(file)) return loaded;
  loaded.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(STATIC)) {
    if (name.startsWith('.')) loadedBy(join(dirname(file), name), loaded);
    else loaded.add(name);
  }
  return loaded;
}

test('importing the library loads schemas and errors, and no command, no load and no foreign function', () => {
  const loaded = [...loadedBy('scripts/library/index.ts')];
  expect(loaded.filter((name) => !name.endsWith('.ts')).sort()).toEqual(['node:os', 'node:util', 'zod']);
  const files = loaded.filter((name) => name.endsWith('.ts'));
  const elsewhere = files.filter(
    (name) => !/^(bench\/model|scripts\/library|sockets\/errors|servers\/\w+\/?)/.test(name),
  );
  expect(elsewhere).toEqual(['scripts/session/exit-code.ts']);
});

test('importing the types of a configuration file loads nothing', () => {
  expect([...loadedBy('scripts/define-config.ts')]).toEqual(['scripts/define-config.ts']);
});
