import { isLoopback, type SocketAddress } from '../../../sockets/address.ts';
import { check, EINPROGRESS } from '../../../sockets/errno.ts';
import { close, connect, setCongestionControl, setOption, socket } from '../../../sockets/socket.ts';

/**
 * Begins to connect a non-blocking TCP socket.
 * @returns its descriptor, or the negated errno of a connection that failed at once.
 * @throws {SystemError} when no socket is to be had: EMFILE.
 */
export function beginConnecting(address: SocketAddress): number {
  const fd = check(socket('tcp', address.host, false), 'socket');
  setOption(fd, 'TCP_NODELAY', 1);
  // There is no congestion within a machine, and BBR's pacing costs 3 % of all CPU time.
  if (isLoopback(address.host)) setCongestionControl(fd, 'reno');
  const status = connect(fd, address);
  if (status >= 0 || status === -EINPROGRESS) return fd;
  close(fd);
  return status;
}
