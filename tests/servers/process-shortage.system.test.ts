import { type ChildProcess, spawn } from 'node:child_process';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { model } from '../../servers/models/balanced.ts';

const children = vi.hoisted((): ChildProcess[] => []);

// Test files share loaded modules. Modules that contain a mock must not be shared, so they are reset.
vi.hoisted(() => void vi.resetModules());
afterAll(() => void vi.resetModules());
vi.mock('../../servers/spawning/server-process.ts', async (original) => ({
  ...(await original<typeof import('../../servers/spawning/server-process.ts')>()),
  forkServer() {
    if (children.length === 1) throw new Error('EAGAIN');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
    children.push(child);
    return child;
  },
}));

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
});

test('a balancer that can start only some of its servers ends them', async () => {
  const start = model.start({ app: 'echo', transport: 'tcp', host: '127.0.0.1', port: 0 });
  await expect(start).rejects.toThrow('EAGAIN');
  expect(children.map(({ signalCode }) => signalCode)).toEqual(['SIGKILL']);
});
