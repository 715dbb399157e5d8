import { check } from '../sockets/errno.ts';
import { close, openServer, setOption } from '../sockets/socket.ts';
import type { ServerSpec, SharedPort } from './contract.ts';

/**
 * A non-blocking socket on a port that several processes share, for Node to serve on: Node 20 can't set SO_REUSEPORT.
 * @returns its descriptor, which whoever serves on it closes.
 * @throws {SystemError} EADDRINUSE when the port is to be opened and is in use, also by sockets that share it.
 */
export function openSharedPort({ transport, host, port }: ServerSpec, shared: SharedPort): number {
  if (shared === 'join') return openServer(transport, { host, port }, { blocking: false, reusePort: true });
  const fd = openServer(transport, { host, port }, { blocking: false });
  try {
    // After the bind: with the option set, the kernel would let it join another server of this user without a word.
    check(setOption(fd, 'SO_REUSEPORT', 1), 'setsockopt SO_REUSEPORT');
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}
