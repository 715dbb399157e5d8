import { totalmem } from 'node:os';
import { needsRoom } from '../apps/app-catalog.ts';
import { ClientProcess } from '../blocking/client-process.ts';
import { startConcurrentServer } from '../blocking/server-per-client.ts';
import type { ServerModel } from '../contract.ts';
import { Hub } from '../rooms/hub.ts';
import { taskOf } from '../spawning/task.ts';

/**
 * Memory of a child `node`, in bytes, without the share of its pages that belongs to others. The upper end of what
 * docs/costs.md reports.
 */
const PROCESS_BYTES = 12 * 1024 ** 2;

/** Half of the machine's memory, and at most 500 children, so that the number of processes is bounded. */
const CAPACITY = Math.min(500, Math.floor(totalmem() / 2 / PROCESS_BYTES));

const tasks = taskOf<typeof import('./process-per-connection-task.ts')>(
  new URL('./process-per-connection-task.js', import.meta.url),
);

/**
 * Concurrent server, one process per client: one thread accepts, and a child process serves each connection. A child is
 * reused when its client is gone. Stevens, UNIX Network Programming, volume 1, section 4.8. Node cannot fork, so each
 * child is a new `node` that receives its clients' sockets over a Unix-domain socket (section 15.7).
 */
export const model: ServerModel = {
  async start(spec, workerEnded) {
    const hub = needsRoom(spec.app) ? new Hub() : undefined;
    const task = tasks('serveClients', undefined);
    return startConcurrentServer(spec, CAPACITY, (watch) => new ClientProcess(task, hub, watch), workerEnded);
  },
};
