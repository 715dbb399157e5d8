import { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Worker } from 'node:worker_threads';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { whyMissing } from '../requirements.ts';

/** How many threads the machine can start, and has started. */
const machine = vi.hoisted(() => ({ threads: 0, started: 0 }));

// Test files share loaded modules. Modules that contain a mock must not be shared, so they are reset.
vi.hoisted(() => void vi.resetModules());
afterAll(() => void vi.resetModules());
vi.mock('node:worker_threads', async (original) => ({
  ...(await original<typeof import('node:worker_threads')>()),
  // As Node does when pthread_create(3) fails.
  Worker: class extends EventEmitter implements Pick<Worker, 'threadId'> {
    readonly threadId = -1;
    constructor() {
      super();
      if (machine.started === machine.threads) throw new Error('ERR_WORKER_INIT_FAILED');
      machine.started++;
      setImmediate(() => this.emit('message', 'ready'));
    }
  },
}));

afterEach(() => {
  machine.started = 0;
});

const noLibc = whyMissing('libc');

const cases = [
  ['iterative', 0],
  ['thread-per-connection', 0],
  ['process-per-connection', 0],
  ['prethreaded', 0],
  ['prethreaded', 5],
  ['nonblocking', 0],
  ['epoll', 0],
  ['multi-reactor', 0],
  ['io-uring', 0],
] as const;

describe.skipIf(noLibc)('a model that can start only N threads keeps no socket open', () => {
  describe.each(['tcp', 'udp'] as const)('%s', (transport) => {
    for (const [name, threads] of cases) {
      test.skipIf(name === 'io-uring' && whyMissing('uring'))(`${name}: N = ${threads}`, async () => {
        const { model } = await import(`../../servers/models/${name}.ts`);
        machine.threads = threads;
        const before = readdirSync('/proc/self/fd').length;
        const start = model.start({ app: 'echo', transport, host: '127.0.0.1', port: 0 });
        await expect(start).rejects.toThrow('ERR_WORKER_INIT_FAILED');
        expect(machine.started).toBe(threads);
        expect(readdirSync('/proc/self/fd').length).toBe(before);
      });
    }
  });
});
