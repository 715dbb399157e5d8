import { asInternet } from '../../sockets/address.ts';
import { getAffinity } from '../../sockets/os/cpu.ts';
import { close, localAddress } from '../../sockets/socket.ts';
import type { ServerModel, ServerSpec } from '../contract.ts';
import { openSharedPort } from '../listening/shared-port.ts';
import { startReadinessLoops } from '../readiness/loop.ts';

/**
 * One reactor for each CPU that this process may use: a thread with its own listener on the shared port (SO_REUSEPORT,
 * socket(7)) and its own epoll(7) loop. The kernel distributes connections, and the peers of datagrams, by a hash of
 * both addresses. The reactors share only the room of an app that needs one, and are not bound to CPUs.
 */
export const model: ServerModel = {
  async start(spec, workerEnded) {
    const listeners = openListeners(spec, getAffinity(0).length);
    return startReadinessLoops('epoll', spec, listeners, workerEnded);
  },
};

/** Opens sockets that share a port. @throws {SystemError} EADDRINUSE when the port is in use; nothing stays open. */
function openListeners(spec: ServerSpec, count: number): [number, ...number[]] {
  const listeners: [number, ...number[]] = [openSharedPort(spec, 'open')];
  try {
    const { port } = asInternet(localAddress(listeners[0]));
    while (listeners.length < count) listeners.push(openSharedPort({ ...spec, port }, 'join'));
    return listeners;
  } catch (error) {
    for (const listener of listeners) close(listener);
    throw error;
  }
}
