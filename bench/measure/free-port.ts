import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';
import type { Transport } from '../../sockets/socket.ts';

/**
 * Ports that a server is given: below those that Linux gives to clients, 32768 to 60999 (ip(7)). One of these could be
 * taken by any client's connection between the moment it is found free and that in which the server listens.
 */
const LOWEST = 20_000;
const HIGHEST = 32_767;
const ATTEMPTS = 100;

/**
 * Returns a port of a host that is not in use at the moment. It is drawn at random, so that programs that look for one
 * at the same time find different ones.
 * @param host own IP address.
 * @throws {Error} EADDRINUSE when none was found.
 */
export async function freePort(transport: Transport, host = '127.0.0.1'): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    try {
      await bind(transport, host, port);
      return port;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempt === ATTEMPTS) throw error;
    }
  }
}

/** Binds a socket, and closes it. @throws {Error} when that is not possible. */
async function bind(transport: Transport, host: string, port: number): Promise<void> {
  const socket = transport === 'tcp' ? createServer().listen(port, host) : createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  if ('bind' in socket) socket.bind(port, host);
  await once(socket, 'listening');
  socket.close();
  await once(socket, 'close');
}
