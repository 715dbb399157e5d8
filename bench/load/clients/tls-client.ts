import { connect, createSecureContext, type TLSSocket } from 'node:tls';
import { asInternet, type SocketAddress } from '../../../sockets/address.ts';
import { ECONNRESET, EPROTO } from '../../../sockets/errors/errno.ts';
import { type Client, type ClientEvents, type Connect, MAX_QUEUED_BYTES } from './client.ts';

/**
 * How TLS clients connect: each with a full handshake, as no session is resumed. They take any certificate: it is the
 * server's speed that is asked about, not who it is.
 */
export function tlsClients(address: SocketAddress): Connect {
  const { host, port } = asInternet(address);
  // One for all: making one, with its list of authorities, costs more than a handshake.
  const secureContext = createSecureContext();
  return (connection, events, localAddress) => {
    const local = localAddress === undefined ? {} : { localAddress };
    const socket = connect({ host, port, secureContext, rejectUnauthorized: false, ...local });
    return new TlsClient(socket, connection, events);
  };
}

class TlsClient implements Client {
  readonly #socket: TLSSocket;
  readonly #connection: number;
  readonly #events: ClientEvents;
  #silent = false;

  constructor(socket: TLSSocket, connection: number, events: ClientEvents) {
    this.#socket = socket;
    this.#connection = connection;
    this.#events = events;
    socket.setNoDelay(true);
    socket.on('secureConnect', () => this.#silent || events.opened(connection));
    socket.on('data', (chunk: Buffer) => this.#silent || events.received(connection, chunk, false));
    socket.on('drain', () => this.#silent || events.resume(connection));
    socket.on('error', (error) => this.#ended(errnoOf(error)));
    socket.on('end', () => this.#ended(ECONNRESET));
    socket.on('close', () => this.#ended(ECONNRESET));
  }

  get hasRoom(): boolean {
    return this.#socket.writableLength < MAX_QUEUED_BYTES;
  }

  send(request: Uint8Array): void {
    this.#socket.write(request);
  }

  end(): void {
    this.#silent = true;
    this.#socket.destroySoon();
  }

  destroy(): void {
    this.#silent = true;
    this.#socket.destroy();
  }

  #ended(errno: number): void {
    if (this.#silent) return;
    this.destroy();
    this.#events.ended(this.#connection, errno);
  }
}

/** What kept a connection from standing: the system's word, or EPROTO where a library above it has its own. */
export function errnoOf(error: NodeJS.ErrnoException): number {
  return error.errno === undefined ? EPROTO : Math.abs(error.errno);
}
