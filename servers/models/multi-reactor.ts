import { getAffinity } from '../../sockets/cpu.ts';
import { check } from '../../sockets/errno.ts';
import { close, localAddress, openServer, setOption } from '../../sockets/socket.ts';
import type { ServerModel, ServerSpec } from '../contract.ts';
import { startLoops } from '../loop-threads.ts';
import { kernelTransport } from '../transport.ts';

/**
 * A reactor for each CPU that this process may use: a thread with its own listener on the shared port (SO_REUSEPORT,
 * socket(7)) and its own epoll(7) loop. The kernel divides connections, and the peers of datagrams, by a hash of both
 * addresses; from there on the reactors share nothing. They are not bound to their CPUs.
 */
export const model: ServerModel = {
  async start(spec) {
    const listeners = openListeners(spec, getAffinity(0).length);
    return startLoops(new URL('../epoll-loop.js', import.meta.url).href, spec, listeners);
  },
};

/** Sockets that share a port. @throws {SystemError} EADDRINUSE when somebody else has it; nothing stays open. */
function openListeners(spec: ServerSpec, count: number): [number, ...number[]] {
  const first = openServer(kernelTransport(spec.transport), spec, { blocking: false });
  const listeners: [number, ...number[]] = [first];
  try {
    // After the bind: before it, the kernel would let the port be shared with another server of this user.
    check(setOption(first, 'SO_REUSEPORT', 1), 'setsockopt SO_REUSEPORT');
    const address = localAddress(first);
    while (listeners.length < count) {
      listeners.push(openServer(kernelTransport(spec.transport), address, { blocking: false, reusePort: true }));
    }
    return listeners;
  } catch (error) {
    for (const listener of listeners) close(listener);
    throw error;
  }
}
