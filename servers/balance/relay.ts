import type { Socket } from 'node:net';
import { linger } from '../node-linger.ts';
import type { Backends } from './backends.ts';

/** Finds a server for a client and joins the two; a client for whom there is none is reset. Never rejects. */
export async function relay(client: Socket, backends: Backends): Promise<void> {
  const server = await backends.connect();
  if (server === undefined || server.destroyed) client.resetAndDestroy();
  else if (client.destroyed) server.resetAndDestroy();
  else join(client, server);
}

/**
 * Passes on what either says: bytes no faster than the other takes them, its end as an end, its reset as a reset.
 * Both are closed when both have ended.
 */
function join(client: Socket, server: Socket): void {
  passOnReset(client, server);
  passOnReset(server, client);
  // What the server has ended is over for the client, too, once that has had its time to read it.
  client.once('finish', () => linger(client));
  // pipe() stops reading while the other side is full, and ends the other side after the last byte.
  client.pipe(server);
  server.pipe(client);
}

/** A socket that closes before it has ended and been ended broke off: so shall its partner. */
function passOnReset(from: Socket, to: Socket): void {
  from.once('close', () => {
    const complete = from.readableEnded && from.writableFinished;
    if (!complete && !to.destroyed) to.resetAndDestroy();
  });
}
