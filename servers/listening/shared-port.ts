import { readdirSync } from 'node:fs';
import { asInternet } from '../../sockets/address.ts';
import { check } from '../../sockets/errors/errno.ts';
import { whyNoLibc } from '../../sockets/libc.ts';
import { close, localAddress, setOption } from '../../sockets/socket.ts';
import type { ServerSpec, SharedPort } from '../contract.ts';
import { openListener } from './listener.ts';

/**
 * Opens a non-blocking socket on a port that several threads or processes share, each with its own socket
 * (SO_REUSEPORT, socket(7)). Node can use it, too: version 20 can't set that option.
 * @returns its descriptor, which the code that serves on it closes.
 * @throws {SystemError} EADDRINUSE when the port is to be opened and is in use, also by sockets that share it.
 */
export function openSharedPort(spec: ServerSpec, shared: SharedPort): number {
  if (shared === 'join') return openListener(spec, { blocking: false, reusePort: true });
  const fd = openListener(spec, { blocking: false });
  try {
    // After the bind: with the option set before, the kernel would silently let it join another server of this user.
    check(setOption(fd, 'SO_REUSEPORT', 1), 'setsockopt SO_REUSEPORT');
    return fd;
  } catch (error) {
    close(fd);
    throw error;
  }
}

/**
 * Prevents other sockets from sharing a UDP port of this process. Libuv sets SO_REUSEADDR on each UDP socket that it
 * did not open itself (uv_udp_open), such as a passed descriptor or, in Node's cluster, the primary's. With it, a
 * socket of any user that has the option, too, could bind the port and take its datagrams. Without libc this does
 * nothing.
 */
export function refuseSharing(port: number): void {
  if (whyNoLibc() !== undefined) return;
  for (const name of readdirSync('/proc/self/fd')) {
    if (portOf(Number(name)) === port) setOption(Number(name), 'SO_REUSEADDR', 0);
  }
}

/** Returns the local port of a socket, or undefined when the descriptor is not a socket of IP. */
function portOf(fd: number): number | undefined {
  try {
    return asInternet(localAddress(fd)).port;
  } catch {
    return undefined;
  }
}
