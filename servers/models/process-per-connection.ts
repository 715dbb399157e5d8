import { totalmem } from 'node:os';
import { ClientProcess } from '../client-process.ts';
import { startConcurrentServer } from '../concurrent.ts';
import type { ServerModel } from '../contract.ts';
import { openHub } from '../rooms/hub.ts';

/** Memory that a child `node` has to itself, in bytes; most of its 50 MB resident set is shared with the others. */
const PROCESS_BYTES = 20e6;

/** Half of the machine's memory for children, and never more than five hundred: a server's processes are bounded. */
const CAPACITY = Math.min(500, Math.floor(totalmem() / 2 / PROCESS_BYTES));

/**
 * Concurrent server, one process a client: blocking accept in one thread, then a child process for each connection, a new
 * one or one whose client has gone. Stevens, UNIX Network Programming, volume 1, section 4.8. Node can't fork, so each
 * child is a fresh `node`, and gets its clients' sockets over a Unix-domain socket (section 15.7).
 */
export const model: ServerModel = {
  async start(spec, workerEnded) {
    const hub = openHub(spec);
    return startConcurrentServer(spec, CAPACITY, (watch) => new ClientProcess(hub, watch), workerEnded);
  },
};
