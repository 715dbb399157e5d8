import { type ListenOptions, openServer } from '../../sockets/socket.ts';
import type { ServerSpec } from '../contract.ts';
import { kernelTransport } from '../transport.ts';

/**
 * Opens the socket on which a server receives its clients: a TCP listener, or a UDP socket.
 * @returns its descriptor. The server closes it.
 * @throws {SystemError} EADDRINUSE and the like; nothing stays open.
 */
export function openListener({ transport, host, port }: ServerSpec, options?: ListenOptions): number {
  return openServer(kernelTransport(transport), { host, port }, options);
}
