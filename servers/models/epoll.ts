import { openServer } from '../../sockets/socket.ts';
import type { ServerModel } from '../contract.ts';
import { startReadinessLoops } from '../readiness/loop.ts';
import { kernelTransport } from '../transport.ts';

/**
 * Non-blocking sockets in one thread, around epoll(7). The kernel keeps the list of sockets and reports only the ready
 * ones, so idle connections cost nothing. Kegel, The C10K problem; the reactor pattern in one thread.
 */
export const model: ServerModel = {
  async start(spec, workerEnded) {
    const listener = openServer(kernelTransport(spec.transport), spec, { blocking: false });
    return startReadinessLoops('epoll', spec, [listener], workerEnded);
  },
};
