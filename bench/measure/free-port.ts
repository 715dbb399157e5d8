import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { Transport } from '../../sockets/socket.ts';

/** Returns a port of 127.0.0.1 that is not in use at the moment. @throws {Error} EADDRINUSE when there is none. */
export async function freePort(transport: Transport): Promise<number> {
  const socket = transport === 'tcp' ? createServer().listen(0, '127.0.0.1') : createSocket('udp4');
  if ('bind' in socket) socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  socket.close();
  await once(socket, 'close');
  return port;
}
