import { createSecureContext } from 'node:tls';
import { WebSocket } from 'ws';
import { formatAddress, type SocketAddress } from '../../../sockets/address.ts';
import { ECONNRESET } from '../../../sockets/errors/errno.ts';
import { type Client, type ClientEvents, type Connect, MAX_QUEUED_BYTES } from './client.ts';
import { errnoOf } from './tls-client.ts';

/** How long a peer may take to answer the closing handshake. */
const CLOSE_LIMIT_MS = 1000;

/**
 * How WebSocket clients connect: a request is a binary message, and so is its reply.
 * @param secure over TLS, as {@link tlsClients} do it?
 * @param deflate are messages compressed, whatever their size, where the server agrees (RFC 7692)?
 */
export function webSocketClients(
  address: SocketAddress,
  { secure, deflate }: { readonly secure: boolean; readonly deflate: boolean },
): Connect {
  // The library's form for Unix-domain sockets: ws+unix:PATH:REQUEST.
  const url = 'path' in address ? `ws+unix:${address.path}:/` : `${secure ? 'wss' : 'ws'}://${formatAddress(address)}/`;
  const context = secure ? { secureContext: createSecureContext(), rejectUnauthorized: false } : {};
  const options = { ...context, perMessageDeflate: deflate && { threshold: 0 }, closeTimeout: CLOSE_LIMIT_MS };
  return (connection, events, localAddress) => {
    const local = localAddress === undefined ? {} : { localAddress };
    return new WebSocketClient(new WebSocket(url, { ...options, ...local }), connection, events);
  };
}

class WebSocketClient implements Client {
  readonly #socket: WebSocket;
  readonly #connection: number;
  readonly #events: ClientEvents;
  #silent = false;
  #full = false;
  readonly #sent = (): void => {
    if (!this.#full || !this.hasRoom) return;
    this.#full = false;
    if (!this.#silent) this.#events.resume(this.#connection);
  };

  constructor(socket: WebSocket, connection: number, events: ClientEvents) {
    this.#socket = socket;
    this.#connection = connection;
    this.#events = events;
    socket.on('open', () => this.#silent || events.opened(connection));
    socket.on('message', (message: Buffer) => this.#silent || events.received(connection, message, true));
    socket.on('error', (error) => this.#ended(errnoOf(error)));
    socket.on('close', () => this.#ended(ECONNRESET));
  }

  get hasRoom(): boolean {
    return this.#socket.bufferedAmount < MAX_QUEUED_BYTES;
  }

  send(request: Uint8Array): void {
    this.#socket.send(request, this.#sent);
    this.#full = !this.hasRoom;
  }

  end(): void {
    this.#silent = true;
    this.#socket.close();
  }

  destroy(): void {
    this.#silent = true;
    this.#socket.terminate();
  }

  #ended(errno: number): void {
    if (this.#silent) return;
    this.destroy();
    this.#events.ended(this.#connection, errno);
  }
}
