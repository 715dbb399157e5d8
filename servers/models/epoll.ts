import type { ServerModel } from '../contract.ts';
import { openListener } from '../listening/listener.ts';
import { startReadinessLoops } from '../readiness/loop.ts';

/**
 * Non-blocking sockets in one thread, around epoll(7). The kernel keeps the list of sockets and reports only the ready
 * ones, so idle connections cost nothing. Kegel, The C10K problem; the reactor pattern in one thread.
 */
export const model: ServerModel = {
  async start(spec, workerEnded) {
    const listener = openListener(spec, { blocking: false });
    return startReadinessLoops('epoll', spec, [listener], workerEnded);
  },
};
