import type { SocketAddress } from '../../sockets/address.ts';
import { type ListenOptions, openServer } from '../../sockets/socket.ts';
import type { ServerSpec } from '../contract.ts';
import { basicTransport } from '../transport.ts';

/** Returns the address that a server binds. */
export function boundAddress({ host, port, path }: Pick<ServerSpec, 'host' | 'port' | 'path'>): SocketAddress {
  return path === undefined ? { host, port } : { path };
}

/**
 * Opens the socket on which a server receives its clients: a listener for streams, or a UDP socket.
 * @returns its descriptor. The server closes it.
 * @throws {SystemError} EADDRINUSE and the like; nothing stays open.
 */
export function openListener(spec: ServerSpec, options?: ListenOptions): number {
  return openServer(basicTransport(spec.transport), boundAddress(spec), options);
}
