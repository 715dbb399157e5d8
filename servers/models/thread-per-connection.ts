import { totalmem } from 'node:os';
import { close, SHUT_RDWR, shutdown } from '../../sockets/socket.ts';
import { type Conversant, startConcurrentServer } from '../concurrent.ts';
import type { ServerModel } from '../contract.ts';
import type { Conversation } from '../conversation.ts';
import { openRoom } from '../rooms/descriptor-room.ts';
import { startThread } from '../thread.ts';

/** Resident memory of a worker thread, in bytes: a V8 isolate and a stack. Measured: 8 to 10 MB. */
const THREAD_BYTES = 10e6;

/** Half of the machine's memory for threads, and never more than a thousand: a server's threads are bounded. */
const CAPACITY = Math.min(1000, Math.floor(totalmem() / 2 / THREAD_BYTES));

/**
 * Concurrent server, one thread a client: blocking accept in one thread, then a new thread that blocks in recv and send
 * for each connection. Stevens, UNIX Network Programming, volume 1, section 26.4.
 */
export const model: ServerModel = {
  async start(whole) {
    const room = openRoom(whole);
    return startConcurrentServer(whole, CAPACITY, ({ fd, first }, spec): Conversant => {
      const input: Conversation = { fd, spec, first, room };
      const module = new URL('../conversation.js', import.meta.url).href;
      const thread = startThread({ module, run: 'converse', input });
      // A failed conversation is over for its client; the others go on.
      thread.on('error', (error) => process.emitWarning(error));
      return {
        ended: new Promise((resolve) => {
          // Here and not in the thread, which may have failed to start.
          thread.once('exit', () => {
            close(fd);
            resolve();
          });
        }),
        end: () => shutdown(fd, SHUT_RDWR),
      };
    });
  },
};
