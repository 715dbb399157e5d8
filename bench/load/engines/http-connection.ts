/// <reference path="./autocannon-client.d.ts" />
import { isIP } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import Client from 'autocannon/lib/httpClient.js';
import type { SocketAddress } from '../../../sockets/address.ts';
import { nowNanos } from '../../measure/clock.ts';
import { errnoOf } from '../clients/tls-client.ts';
import type { HttpExchange } from '../threads/assignment.ts';

export interface HttpConnectionSpec {
  readonly address: SocketAddress;
  readonly exchange: HttpExchange;
  readonly pipelining: number;
  readonly timeoutMs: number;
  /** For TLS, one for all connections; undefined without. */
  readonly secureContext: SecureContext | undefined;
}

/** Who decides about a connection's requests, and hears of its replies. */
export interface HttpConnectionOwner {
  /** May the next request be sent now? If so, it is. */
  sends(connection: number): boolean;
  connected(connection: number): void;
  /** Is a reply to come, to a request that was sent before that time? */
  awaits(connection: number, nanos: number): boolean;
  /** A reply begins that nobody asked for; the connection is of no use any more. */
  unasked(connection: number): void;
  /** A reply's head and body have come. @param bytes with its headers. */
  replied(connection: number, status: number, bytes: number): void;
  /** Its body is this, a character for each byte; told after {@link replied} and after the next request was sent. */
  said(body: string): void;
  /** The connection ended or failed, or no reply came in time; it is of no use any more. @param errno 0 for none. */
  broke(connection: number, errno: number): void;
}

/**
 * autocannon's client on one connection. It sends when its owner lets it, and doesn't connect again by itself: the
 * parser of a reply that broke off, and the requests without a reply, would stay behind and be taken for the next ones.
 */
export class HttpConnection extends Client {
  readonly #owner: HttpConnectionOwner;
  readonly #connection: number;
  #errno = 0;
  /** Will the server close the connection now, so that nothing may be sent on it? */
  #closing = false;
  /** When the bytes came that are being read: what they answer was sent before. */
  #chunkNanos = 0;

  /** Makes it; {@link open} connects. @param connection its number, by which its owner is told of it. */
  constructor(spec: HttpConnectionSpec, connection: number, owner: HttpConnectionOwner) {
    const { secureContext } = spec;
    super({
      protocol: secureContext === undefined ? 'http:' : 'https:',
      ...('path' in spec.address
        ? { hostname: 'localhost', port: 0, socketPath: spec.address.path }
        : { hostname: spec.address.host, port: spec.address.port }),
      host: spec.exchange.host,
      ...serverName(spec.exchange),
      path: spec.exchange.path,
      method: 'GET',
      pipelining: spec.pipelining,
      timeout: spec.timeoutMs / 1000,
      verifyBody: (body) => {
        owner.said(body);
        return true;
      },
    });
    // Behind the constructor's back, which would copy it, and its native part can't be copied.
    if (secureContext !== undefined) this.opts.tlsOptions = { secureContext };
    // A character may be cut in two by the end of a part: bytes are kept as they are.
    const { pipelinedRequests } = this;
    const add = pipelinedRequests.addBody.bind(pipelinedRequests);
    pipelinedRequests.addBody = (part) => add(typeof part === 'string' ? part : part.toString('latin1'));
    this.#owner = owner;
    this.#connection = connection;
    this.on('response', (status: number, bytes: number) => owner.replied(connection, status, bytes));
    this.on('headers', ({ shouldKeepAlive }: { readonly shouldKeepAlive: boolean }) => {
      this.#closing = !shouldKeepAlive;
      if (owner.awaits(connection, this.#chunkNanos)) return;
      this.destroy();
      owner.unasked(connection);
    });
    this.on('connError', (error: NodeJS.ErrnoException) => {
      this.#errno = errnoOf(error);
    });
  }

  open(): void {
    super._connect();
    this.conn.setNoDelay(true);
    this.conn.prependListener('data', () => {
      this.#chunkNanos = nowNanos();
    });
    const stands = this.conn instanceof TLSSocket ? 'secureConnect' : 'connect';
    this.conn.once(stands, () => this.#owner.connected(this.#connection));
  }

  /** Sends as many requests as its owner lets it; none when it is of no use any more. */
  fill(): void {
    while (this.#usable && this.#owner.sends(this.#connection)) super._doRequest();
  }

  override _connect(): void {
    // The constructor of the client connects, too: too early to be told of anything.
    if (!(#owner in this)) return;
    this.destroy();
    this.#owner.broke(this.#connection, this.#errno);
  }

  override _doRequest(): void {
    if (this.#usable && this.#owner.sends(this.#connection)) super._doRequest();
  }

  get #usable(): boolean {
    return !this.#closing && !this.destroyed;
  }
}

/** Of a server that is asked for by name, the name: an address is none (RFC 6066, section 3). */
function serverName({ host }: HttpExchange): { servername?: string } {
  const { hostname } = new URL(`https://${host}`);
  return isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0 ? { servername: hostname } : {};
}
