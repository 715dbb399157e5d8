import type { ServerModel } from '../contract.ts';
import { openListener } from '../listening/listener.ts';
import { startReadinessLoops } from '../readiness/loop.ts';

/**
 * Non-blocking sockets in one thread, around poll(2). Every wait passes the whole list of sockets to the kernel, so its
 * cost grows with the number of idle connections. Stevens, UNIX Network Programming, volume 1, sections 6.10 and 16.2.
 */
export const model: ServerModel = {
  async start(spec, workerEnded) {
    const listener = openListener(spec, { blocking: false });
    return startReadinessLoops('poll', spec, [listener], workerEnded);
  },
};
