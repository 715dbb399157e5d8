import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { Parts } from '../../../sockets/memory/parts.ts';
import {
  freeSession,
  NEEDS_BYTES,
  type Negotiated,
  PEER_CLOSED,
  TlsConnection,
} from '../../../sockets/tls/connection.ts';
import type { TlsContext } from '../../../sockets/tls/context.ts';
import { TlsWire } from '../../../sockets/tls/wire.ts';
import {
  type Channel,
  type ChannelFault,
  type ChannelState,
  CLOSED,
  ESTABLISHED,
  FAILED,
  HANDSHAKING,
  UNUSED,
} from './channel.ts';

/** Largest plain part of a record: RFC 8446 §5.1. */
const RECORD_BYTES = 16_384;
/** Header of a record: type, version, and the number of bytes that follow, in two bytes. */
const RECORD_HEADER = 5;
/** Upper limit of what encryption adds to a record, in any version and cipher; also that of an alert or new keys. */
const RECORD_OVERHEAD = 512;
/** Upper limit of a flight of the handshake without certificates. The ticket of a session is most of it: 64 KiB. */
const FLIGHT_BYTES = 131_072;

/** The connections of one thread, and the largest parts of their streams. */
export interface ChannelScope {
  readonly connections: number;
  /** Maximum number of wire bytes that one `open` is given. */
  readonly longestWire: number;
  /** Maximum number of plain bytes that one `seal` is given. */
  readonly longestPlain: number;
  /** Returns the server of a connection that begins, as an index of the channel's peers. Default: the first. */
  readonly peerOf?: (c: number) => number;
  /** Whether each connection resumes the session of the one before it with the same index. Default: false. */
  readonly resume?: boolean;
}

/** A server. */
export interface TlsPeer {
  readonly context: TlsContext;
  /** Name for the server to choose its certificate by. Undefined: none is sent. */
  readonly servername?: string | undefined;
}

/**
 * TLS by the OpenSSL inside Node, over memory, so that the engines' own sockets and timestamps carry it. One reply in one
 * record costs two calls: SSL_read and SSL_write.
 */
export class TlsChannel implements Channel {
  readonly inbox: NativeMemory;
  readonly outbox: NativeMemory;
  outAt = 0;
  fault: ChannelFault | undefined;
  faultText = '';
  readonly #longestWire: number;
  readonly #longestPlain: number;
  readonly #peers: readonly TlsPeer[];
  readonly #peerOf: (c: number) => number;
  /** The peer of each connection. */
  readonly #used: Uint8Array;
  readonly #wire: TlsWire;
  readonly #connections: (TlsConnection | undefined)[];
  readonly #states: Uint8Array;
  /** Sessions to be resumed, for each peer those of all connections; 0: none. Undefined: sessions are not resumed. */
  readonly #sessions: Float64Array | undefined;
  /** Wire bytes in the outbox that {@link pending} did not report yet, and their connection. */
  #unsent = 0;
  #unsentOf = 0;

  /** @param peers servers, whose contexts are freed with this channel, also when this constructor throws. */
  constructor(peers: readonly TlsPeer[], scope: ChannelScope) {
    const { connections, longestWire, longestPlain } = scope;
    const parts = new Parts();
    for (const { context } of peers) parts.own(context);
    const certificateBytes = Math.max(...peers.map(({ context }) => context.certificateBytes));
    try {
      // A server can make a client answer each of its records, such as with a warning; answers are shorter.
      const longestAnswer = FLIGHT_BYTES + certificateBytes + longestWire;
      this.#wire = parts.own(new TlsWire(Math.max(longestAnswer, sealedBytes(longestPlain))));
      // Part of a record may have come earlier.
      this.inbox = parts.own(new NativeMemory(longestWire + RECORD_BYTES + RECORD_OVERHEAD));
    } catch (error) {
      parts.free();
      throw error;
    }
    this.#longestWire = longestWire;
    this.#longestPlain = longestPlain;
    this.outbox = this.#wire.outbox;
    this.#peers = peers;
    this.#peerOf = scope.peerOf ?? (() => 0);
    this.#used = new Uint8Array(connections);
    this.#connections = new Array<TlsConnection | undefined>(connections).fill(undefined);
    this.#states = new Uint8Array(connections);
    this.#sessions = scope.resume ? new Float64Array(peers.length * connections) : undefined;
  }

  begin(c: number): void {
    this.#assertSent();
    this.end(c);
    this.#used[c] = this.#peerOf(c);
    const { context, servername } = this.#peers[this.#used[c]] as TlsPeer;
    const session = this.#sessions?.[this.#sessionAt(c)] ?? 0;
    const connection = new TlsConnection(context, this.#wire, servername, session);
    this.#connections[c] = connection;
    this.#states[c] = HANDSHAKING;
    const begin = this.#wire.begin();
    this.#handshake(c, connection);
    this.#markUnsent(c, begin);
  }

  state(c: number): ChannelState {
    return this.#states[c] as ChannelState;
  }

  /** Returns what client and server agreed on. Undefined before the handshake is complete. */
  negotiated(c: number): Negotiated | undefined {
    const established = this.#states[c] === ESTABLISHED || this.#states[c] === CLOSED;
    return established ? this.#connections[c]?.negotiated() : undefined;
  }

  pending(c: number): number {
    if (c !== this.#unsentOf) return 0;
    const unsent = this.#unsent;
    this.#unsent = 0;
    return unsent;
  }

  open(c: number, wire: NativeMemory, at: number, end: number): number {
    this.#assertSent();
    const state = this.#states[c];
    const connection = this.#connections[c];
    if (connection === undefined || end === at || (state !== ESTABLISHED && state !== HANDSHAKING)) return 0;
    // Beyond it, the inbox could be too small for a record.
    if (end - at > this.#longestWire) throw new RangeError(`${end - at} wire bytes exceed ${this.#longestWire}`);
    const begin = this.#wire.begin();
    this.#wire.feed(wire, at, end - at);
    const length = state === ESTABLISHED || this.#handshake(c, connection) ? this.#read(c, connection) : 0;
    this.#markUnsent(c, begin);
    return length;
  }

  seal(c: number, plain: NativeMemory, at: number, length: number): number {
    this.#assertSent();
    const connection = this.#connections[c];
    if (connection === undefined || this.#states[c] !== ESTABLISHED || length === 0) return 0;
    // Beyond it, the outbox could be too small.
    if (length > this.#longestPlain) throw new RangeError(`${length} plain bytes exceed ${this.#longestPlain}`);
    this.outAt = this.#wire.begin();
    const written = connection.write(plain, at, length);
    if (written === length) return this.#wire.written - this.outAt;
    this.#interrupted(c, connection, written);
    return 0;
  }

  recordAt(plain: number): number {
    const { bytes } = this.outbox;
    let at = this.outAt;
    for (let before = Math.floor(plain / RECORD_BYTES); before > 0; before--) {
      at += RECORD_HEADER + (((bytes[at + 3] as number) << 8) | (bytes[at + 4] as number));
    }
    return at - this.outAt;
  }

  finish(c: number): void {
    const state = this.#states[c];
    if (state === HANDSHAKING) this.#fail(c, 'truncated', 'the connection ended within the handshake');
    if (state === ESTABLISHED) this.#fail(c, 'truncated', 'the connection ended without close_notify');
  }

  close(c: number): number {
    this.#assertSent();
    if (this.#states[c] !== ESTABLISHED && this.#states[c] !== CLOSED) return 0;
    this.outAt = this.#wire.begin();
    this.#connections[c]?.close();
    return this.#wire.written - this.outAt;
  }

  end(c: number): void {
    const connection = this.#connections[c];
    if (connection === undefined) return;
    if (c === this.#unsentOf) this.#unsent = 0;
    this.#keepSession(c, connection);
    connection.free();
    this.#connections[c] = undefined;
    this.#states[c] = UNUSED;
  }

  free(): void {
    for (let c = 0; c < this.#connections.length; c++) this.end(c);
    for (let at = 0; at < (this.#sessions?.length ?? 0); at++) this.#dropSession(at);
    this.#wire.free();
    for (const { context } of this.#peers) context.free();
    this.inbox.free();
  }

  /** Continues the handshake. @returns whether it is complete. */
  #handshake(c: number, connection: TlsConnection): boolean {
    const result = connection.handshake();
    if (result === 1) this.#states[c] = ESTABLISHED;
    else this.#interrupted(c, connection, result);
    return result === 1;
  }

  /** Reads all received records into the inbox. @returns the number of plain bytes. */
  #read(c: number, connection: TlsConnection): number {
    let length = 0;
    // When no bytes are left, another read would find none: it costs two calls.
    while (this.#wire.left > 0) {
      const read = connection.read(this.inbox, length);
      if (read <= 0) {
        this.#interrupted(c, connection, read);
        break;
      }
      length += read;
    }
    return length;
  }

  /** Handles a call that did not return data. */
  #interrupted(c: number, connection: TlsConnection, result: number): void {
    const interruption = connection.interruption(result);
    if (interruption === NEEDS_BYTES) return;
    this.#wire.discard();
    if (interruption === PEER_CLOSED) {
      this.#states[c] = CLOSED;
      return;
    }
    const { kind, text } = connection.failure();
    this.#fail(c, kind, text);
  }

  /** Records what OpenSSL wrote: answers of the handshake, new keys, or an alert. */
  #markUnsent(c: number, begin: number): void {
    this.#unsent = this.#wire.written - begin;
    this.#unsentOf = c;
    this.outAt = begin;
  }

  #fail(c: number, fault: ChannelFault, text: string): void {
    this.#states[c] = FAILED;
    this.fault = fault;
    this.faultText = text;
  }

  /** Keeps the session of a connection that ends, for the next one with its index. */
  #keepSession(c: number, connection: TlsConnection): void {
    if (this.#sessions === undefined) return;
    const state = this.#states[c];
    const session = state === ESTABLISHED || state === CLOSED ? connection.takeSession() : 0;
    // After a failure the next handshake is a full one. Without a new session, the old one may serve again.
    if (session === 0 && state !== FAILED) return;
    const at = this.#sessionAt(c);
    this.#dropSession(at);
    this.#sessions[at] = session;
  }

  /** Returns where the session of a connection with its peer is kept. */
  #sessionAt(c: number): number {
    return (this.#used[c] as number) * this.#connections.length + c;
  }

  #dropSession(at: number): void {
    const session = this.#sessions?.[at] ?? 0;
    if (session !== 0) freeSession(session);
    if (this.#sessions !== undefined) this.#sessions[at] = 0;
  }

  #assertSent(): void {
    if (this.#unsent === 0) return;
    throw new Error(`${this.#unsent} wire bytes of connection ${this.#unsentOf} were not taken: call pending() first`);
  }
}

/** Returns an upper limit of the wire bytes of `length` plain bytes. */
function sealedBytes(length: number): number {
  return length + RECORD_OVERHEAD * (1 + Math.ceil(length / RECORD_BYTES));
}
