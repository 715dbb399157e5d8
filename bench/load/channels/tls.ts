import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { Parts } from '../../../sockets/memory/parts.ts';
import {
  BROKEN,
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
import { RecordBoundaries } from './record-boundaries.ts';

/** Largest plain part of a record: RFC 8446 §5.1. */
const RECORD_BYTES = 16_384;
/** Upper limit of what encryption adds to a record, in any version and cipher. */
const RECORD_OVERHEAD = 512;
/** Room for a flight of the handshake: a client's chain of certificates is the largest. */
const FLIGHT_BYTES = 65_536;
/** More records than any bytes contain. */
const ALL_RECORDS = 2 ** 31 - 1;

/** The connections of one thread, and the largest parts of their streams. */
export interface ChannelScope {
  readonly connections: number;
  /** Maximum number of wire bytes that one `open` is given. */
  readonly longestWire: number;
  /** Maximum number of plain bytes that one `seal` is given. */
  readonly longestPlain: number;
  /** Name for the server to choose its certificate by. Undefined: none is sent. */
  readonly servername?: string | undefined;
  /** Whether each connection resumes the session of the one before it with the same index. Default: false. */
  readonly resume?: boolean;
}

/**
 * TLS by the OpenSSL inside Node, over memory, so that the engines' own sockets and timestamps carry it. One reply in one
 * record costs four calls: BIO_write and SSL_read, SSL_write and BIO_read.
 */
export class TlsChannel implements Channel {
  readonly inbox: NativeMemory;
  readonly outbox: NativeMemory;
  fault: ChannelFault | undefined;
  faultText = '';
  readonly #longestWire: number;
  readonly #context: TlsContext;
  readonly #wire: TlsWire;
  readonly #servername: string | undefined;
  readonly #connections: (TlsConnection | undefined)[];
  readonly #states: Uint8Array;
  readonly #records: RecordBoundaries;
  /** Sessions to be resumed; 0: none. Undefined: sessions are not resumed. */
  readonly #sessions: Float64Array | undefined;
  /** Wire bytes in the outbox that {@link pending} did not report yet, and their connection. */
  #unsent = 0;
  #unsentOf = 0;

  /** @param context is freed with this channel, also when this constructor throws. */
  constructor(context: TlsContext, scope: ChannelScope) {
    const { connections, longestWire, longestPlain } = scope;
    const parts = new Parts();
    this.#context = parts.own(context);
    try {
      this.#wire = parts.own(new TlsWire());
      // Part of a record may have come earlier.
      this.inbox = parts.own(new NativeMemory(longestWire + RECORD_BYTES + RECORD_OVERHEAD));
      this.outbox = parts.own(new NativeMemory(FLIGHT_BYTES + sealedBytes(longestPlain)));
    } catch (error) {
      parts.free();
      throw error;
    }
    this.#longestWire = longestWire;
    this.#servername = scope.servername;
    this.#connections = new Array<TlsConnection | undefined>(connections).fill(undefined);
    this.#states = new Uint8Array(connections);
    this.#records = new RecordBoundaries(connections);
    this.#sessions = scope.resume ? new Float64Array(connections) : undefined;
  }

  begin(c: number): void {
    this.#assertSent();
    this.end(c);
    const connection = new TlsConnection(this.#context, this.#wire, this.#servername, this.#sessions?.[c] ?? 0);
    this.#connections[c] = connection;
    this.#states[c] = HANDSHAKING;
    this.#records.reset(c);
    this.#handshake(c, connection);
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
    this.#wire.feed(wire, at, end - at);
    const ended = this.#records.follow(c, wire.bytes, at, end);
    if (state === HANDSHAKING && !this.#handshake(c, connection)) return 0;
    // The handshake may have read some of the records. After it, as after a part of a record, the last read finds none.
    const isWhole = state === ESTABLISHED && this.#records.isBetween(c);
    return this.#read(c, connection, isWhole ? ended : ALL_RECORDS);
  }

  seal(c: number, plain: NativeMemory, at: number, length: number): number {
    this.#assertSent();
    const connection = this.#connections[c];
    if (connection === undefined || this.#states[c] !== ESTABLISHED || length === 0) return 0;
    const written = connection.write(plain, at, length);
    if (written !== length) {
      this.#interrupted(c, connection, written);
      return 0;
    }
    return this.#wire.take(this.outbox, 0);
  }

  finish(c: number): void {
    const state = this.#states[c];
    if (state === HANDSHAKING) this.#fail(c, 'truncated', 'the connection ended within the handshake');
    if (state === ESTABLISHED) this.#fail(c, 'truncated', 'the connection ended without close_notify');
  }

  close(c: number): number {
    this.#assertSent();
    if (this.#states[c] !== ESTABLISHED && this.#states[c] !== CLOSED) return 0;
    this.#connections[c]?.close();
    return this.#wire.take(this.outbox, 0);
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
    for (let c = 0; c < this.#connections.length; c++) {
      this.end(c);
      this.#dropSession(c);
    }
    this.#wire.free();
    this.#context.free();
    this.inbox.free();
    this.outbox.free();
  }

  /** Continues the handshake. @returns whether it is complete. */
  #handshake(c: number, connection: TlsConnection): boolean {
    const result = connection.handshake();
    if (result === 1) this.#states[c] = ESTABLISHED;
    else this.#interrupted(c, connection, result);
    return result === 1;
  }

  /** Reads at most `records` records into the inbox. @returns the number of plain bytes. */
  #read(c: number, connection: TlsConnection, records: number): number {
    let length = 0;
    for (let left = records; left > 0; left--) {
      const read = connection.read(this.inbox, length);
      if (read <= 0) {
        this.#interrupted(c, connection, read);
        break;
      }
      length += read;
    }
    return length;
  }

  /** Handles a call that did not return data, and takes what is to be sent now: answers of the handshake, or an alert. */
  #interrupted(c: number, connection: TlsConnection, result: number): void {
    const interruption = connection.interruption(result);
    if (interruption === PEER_CLOSED) this.#states[c] = CLOSED;
    if (interruption === BROKEN) {
      const { kind, text } = connection.failure();
      this.#fail(c, kind, text);
    }
    if (interruption !== NEEDS_BYTES) this.#wire.discard();
    this.#unsent = this.#wire.take(this.outbox, 0);
    this.#unsentOf = c;
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
    this.#dropSession(c);
    this.#sessions[c] = session;
  }

  #dropSession(c: number): void {
    const session = this.#sessions?.[c] ?? 0;
    if (session !== 0) freeSession(session);
    if (this.#sessions !== undefined) this.#sessions[c] = 0;
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
