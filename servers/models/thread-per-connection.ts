import { totalmem } from 'node:os';
import { needsRoom } from '../apps/app-catalog.ts';
import { ClientThread } from '../blocking/client-thread.ts';
import { startConcurrentServer } from '../blocking/server-per-client.ts';
import type { ServerModel } from '../contract.ts';
import { openRoom } from '../rooms/descriptor-room.ts';

/** Memory of a worker thread, in bytes: a V8 isolate and a stack. The upper end of what docs/costs.md reports. */
const THREAD_BYTES = 10 * 1024 ** 2;

/** Half of the machine's memory, and at most 1000 threads, so that the number of threads is bounded. */
const CAPACITY = Math.min(1000, Math.floor(totalmem() / 2 / THREAD_BYTES));

/**
 * Concurrent server, one thread per client: one thread accepts, and each connection has a thread that blocks in recv
 * and send. A thread is reused when its client is gone. Stevens, UNIX Network Programming, volume 1, section 26.4.
 */
export const model: ServerModel = {
  async start(spec, workerEnded) {
    const room = needsRoom(spec.app) ? openRoom() : undefined;
    return startConcurrentServer(spec, CAPACITY, (watch) => new ClientThread(room, watch), workerEnded);
  },
};
