import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { KEPT_BYTES } from '../../servers/sending/memory-pool.ts';
import { kernelBuffersBetween } from '../conformance/kernel-buffers.ts';
import { noLibc } from '../sockets/open.ts';
import { MeasuredServer, type Memory } from './measured-server.ts';
import { SlowClient } from './slow-client.ts';
import { PATIENCE_MS, until } from './until.ts';

/** How often clients send between two looks at the server's memory, which take much longer. */
const ROUNDS = 100;

/** Variation of memory by garbage collection, in bytes. */
const NOISE = 512 << 10;

/**
 * Maximum of one read in Node, in bytes. Its asynchronous iterator refers to the last chunk until the next one comes.
 */
const CHUNK = 65_536;
const iterating: ReadonlySet<ModelName> = new Set(['async', 'worker-pool']);

/** Models by where the bytes wait that a client does not read. Each must release them. */
const cases: readonly (readonly [ModelName, clients: number, held: 'native' | 'script' | 'nowhere'])[] = [
  ['iterative', 1, 'nowhere'],
  ['prethreaded', 1, 'nowhere'],
  ['thread-per-connection', 1, 'nowhere'],
  ['nonblocking', 24, 'native'],
  ['epoll', 24, 'native'],
  ['multi-reactor', 48, 'native'],
  ['io-uring', 64, 'native'],
  ['event-driven', 24, 'script'],
  ['async', 24, 'script'],
  ['worker-pool', 24, 'script'],
  ['balanced', 24, 'script'],
];

const grown = (now: Memory, before: Memory): Memory => ({
  native: now.native - before.native,
  script: now.script - before.script,
  rss: now.rss - before.rss,
});

// Models with a process for each client, or with several event-driven processes, are not listed: their memory ends with
// the process, or is event-driven's.
describe.skipIf(noLibc)('memory for a client that did not read', () => {
  for (const [model, count, held] of cases) {
    test.skipIf(whyUnavailable(model))(`is released when the client has read all: ${model}`, async () => {
      const server = await MeasuredServer.start(model, 'tcp');
      const clients = Array.from({ length: count }, () => new SlowClient(server.address));
      // Each has been served once, so that its permanent memory is allocated.
      await until('all to be connected', () => {
        for (const client of clients) client.stuff(1);
        return clients.every(({ sent }) => sent === 1);
      });
      await readAll(clients);
      const before = await server.memory();

      const most = kernelBuffersBetween(model) + CHUNK;
      // One pool for each loop. A multi-reactor has one loop for each CPU.
      const loops = model === 'multi-reactor' ? availableParallelism() : 1;
      let stuck: Memory = before;
      await until('the server to hold replies', async () => {
        const sent = clients.map((client) => client.sent);
        await stuffAll(clients, most);
        stuck = grown(await server.memory(), before);
        if (held === 'nowhere') return clients.every((client, i) => client.sent === sent[i]);
        return stuck[held] > loops * KEPT_BYTES;
      });
      if (held === 'nowhere') expect(stuck.native).toBe(0);

      for (const client of clients) client.open();
      await readAll(clients);
      const bound = held === 'nowhere' ? 0 : loops * KEPT_BYTES;
      await until('the memory to be given back', async () => grown(await server.memory(), before).native <= bound);
      if (held === 'script') {
        const kept = NOISE + (iterating.has(model) ? count * CHUNK : 0);
        await until('the buffers to be collected', async () => grown(await server.memory(), before).script <= kept);
      }
    });
  }
});

/** Has each client send as much as the kernel takes, again and again: each time, that is as much as its small buffer holds. */
async function stuffAll(clients: readonly SlowClient[], most: number): Promise<void> {
  for (let round = 0; round < ROUNDS; round++) {
    for (const client of clients) client.stuff(most);
    await setImmediate();
  }
}

/** Reads until each client has received all that it sent. */
async function readAll(clients: readonly SlowClient[]): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (clients.some(({ sent, read }) => read < sent)) {
    if (Date.now() > deadline) throw new Error('the replies do not come');
    for (const client of clients) client.drain();
    await setImmediate();
  }
}
