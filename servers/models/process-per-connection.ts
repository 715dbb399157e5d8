import { totalmem } from 'node:os';
import { close } from '../../sockets/socket.ts';
import { type Conversant, startConcurrentServer } from '../concurrent.ts';
import type { ServerModel } from '../contract.ts';
import type { Conversation } from '../conversation.ts';
import { INHERITED_FD, startProcess } from '../process.ts';
import { openHub } from '../rooms/hub.ts';

/** Memory that a child `node` has to itself, in bytes; most of its 50 MB resident set is shared with the others. */
const PROCESS_BYTES = 20e6;

/** Half of the machine's memory for children, and never more than five hundred: a server's processes are bounded. */
const CAPACITY = Math.min(500, Math.floor(totalmem() / 2 / PROCESS_BYTES));

/**
 * Concurrent server, one process a client: blocking accept in one thread, then a child process for each connection, as
 * fork(2) would give. Stevens, UNIX Network Programming, volume 1, section 4.8. Node can't fork, so each child is a
 * fresh `node` that inherits the socket.
 */
export const model: ServerModel = {
  async start(whole) {
    const hub = openHub(whole);
    return startConcurrentServer(whole, CAPACITY, ({ fd, first }, spec): Conversant => {
      const input: Conversation = { fd: INHERITED_FD, spec: { ...spec, linked: hub !== undefined }, first };
      const module = new URL('../conversation.js', import.meta.url).href;
      const child = startProcess({ module, run: 'converse', input }, fd, hub);
      // The child has its own copy: with this one open, its close would send no FIN.
      close(fd);
      return {
        ended: new Promise((resolve) => {
          child.once('exit', () => resolve());
          // Out of processes (EAGAIN) or memory: this client goes unserved, the others don't.
          child.once('error', (error) => {
            process.emitWarning(error);
            resolve();
          });
        }),
        end: () => child.kill('SIGKILL'),
      };
    });
  },
};
