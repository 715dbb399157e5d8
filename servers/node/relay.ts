import type { Socket } from 'node:net';
import { linger } from '../timing/linger-socket.ts';
import type { Backends } from './backends.ts';

/** Relays between a client and a server that the policy chooses. Resets the client if there is none. Never rejects. */
export async function relay(client: Socket, backends: Backends): Promise<void> {
  const server = await backends.connect();
  if (server === undefined || server.destroyed) reset(client);
  else if (client.destroyed) reset(server);
  else join(client, server);
}

/**
 * Relays bytes, FIN and reset in both directions. Reading from one side stops while the other side's buffer is full.
 * Both sockets close after both sides have ended.
 */
function join(client: Socket, server: Socket): void {
  passOnReset(client, server);
  passOnReset(server, client);
  // When the server has ended, the client's connection ends, too, after the client had time to read.
  client.once('finish', () => linger(client));
  // pipe() stops reading while the other side is full, and ends the other side after the last byte.
  client.pipe(server);
  server.pipe(client);
}

/** Resets the partner of a socket that closes before both directions have ended. */
function passOnReset(from: Socket, to: Socket): void {
  from.once('close', () => {
    const complete = from.readableEnded && from.writableFinished;
    if (!complete && !to.destroyed) reset(to);
  });
}

/** Resets a connection. A Unix-domain socket has no RST: it is closed, and has no address. */
function reset(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
