import { check } from '../sockets/errno.ts';
import { close, openServer, setOption } from '../sockets/socket.ts';
import type { ServerSpec, SharedPort } from './contract.ts';
import { kernelTransport } from './transport.ts';

/**
 * A non-blocking socket on a port that several threads or processes share, each with one of its own (SO_REUSEPORT,
 * socket(7)); also for Node to serve on, which can't set that option in version 20.
 * @returns its descriptor, which whoever serves on it closes.
 * @throws {SystemError} EADDRINUSE when the port is to be opened and is in use, also by sockets that share it.
 */
export function openSharedPort({ transport, host, port }: ServerSpec, shared: SharedPort): number {
  const kernel = kernelTransport(transport);
  if (shared === 'join') return openServer(kernel, { host, port }, { blocking: false, reusePort: true });
  const fd = openServer(kernel, { host, port }, { blocking: false });
  try {
    // After the bind: with the option set, the kernel would let it join another server of this user without a word.
    check(setOption(fd, 'SO_REUSEPORT', 1), 'setsockopt SO_REUSEPORT');
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}
