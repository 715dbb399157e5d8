import { readdirSync } from 'node:fs';
import { check } from '../sockets/errno.ts';
import { whyNoLibc } from '../sockets/libc.ts';
import { close, localAddress, openServer, setOption } from '../sockets/socket.ts';
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

/**
 * Has this process's sockets on a UDP port refuse others that would share it. Libuv sets SO_REUSEADDR on each UDP socket
 * that it did not open itself (uv_udp_open), be it another's descriptor or, in Node's cluster, the primary's: with it any
 * user's socket that has it, too, could bind the port and take its datagrams. Without libc this does nothing.
 */
export function refuseSharing(port: number): void {
  if (whyNoLibc() !== undefined) return;
  for (const name of readdirSync('/proc/self/fd')) {
    if (portOf(Number(name)) === port) setOption(Number(name), 'SO_REUSEADDR', 0);
  }
}

/** The local port of a socket; undefined of what is none. */
function portOf(fd: number): number | undefined {
  try {
    return localAddress(fd).port;
  } catch {
    return undefined;
  }
}
