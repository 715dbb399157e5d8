import { EADDRNOTAVAIL } from '../../../sockets/errors/errno.ts';
import { NativeMemory } from '../../../sockets/memory/memory.ts';
import { nowNanos } from '../../measure/clock.ts';
import { OpenDemand } from '../demand/demand.ts';
import { CLOSED, CONNECTING, ConnectionTable, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { RequestLedger } from '../ledger/request-ledger.ts';
import { MessageSize } from '../messages/message-size.ts';
import { Payload } from '../messages/payload.ts';
import { Reconnects } from '../streams/reconnects.ts';
import { sourceHosts } from '../streams/source-addresses.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DropCause } from '../threads/counts.ts';
import type { Workload } from '../workload.ts';
import type { Client, ClientEvents, Connect } from './client.ts';
import { PickupLag } from './pickup-lag.ts';

/** Bytes of replies that are compared at a time: a TLS record holds 16 KiB. */
const INBOX_BYTES = 65_536;

/** What an engine asks of a workload whose connections tell by themselves what comes. */
type ToldWorkload = Omit<Workload, 'ready' | 'readExpected' | 'settle'>;

/**
 * Requests and replies over clients of Node's, with the same promises as over sockets of our own: see
 * {@link StreamWorkload}. Besides, handshakes: connections that are closed as soon as they stand, with no request. A
 * request costs a copy here, since Node may hold on to what it is given to send.
 */
export class ClientRequests implements ToldWorkload, ClientEvents {
  answered = 0;
  readonly pickup = new PickupLag();
  readonly sockets = { opened: 0, lastErrno: 0, portsExhausted: 0 };
  readonly #state: LoadState;
  readonly #connect: Connect;
  readonly #clients: (Client | undefined)[];
  readonly #firstConnection: number;
  readonly #depth: number;
  /** A connection for each request? */
  readonly #short: boolean;
  /** Is connecting all that there is to do? */
  readonly #handshake: boolean;
  readonly #size: MessageSize;
  readonly #payload: Payload;
  readonly #inbox = new NativeMemory(INBOX_BYTES);
  readonly #table: ConnectionTable;
  readonly #requests: RequestLedger;
  readonly #reconnects: Reconnects;
  /** When each connection was begun, in monotonic nanoseconds. */
  readonly #begun: Float64Array;
  /** Where short connections come from, in turn. */
  readonly #sources: readonly string[];
  #turn = 0;

  constructor({ point, firstConnection, streamKey, address }: Assignment, state: LoadState, connect: Connect) {
    const { connections, sizes, pipelining, connection, workload } = point;
    this.#state = state;
    this.#connect = connect;
    this.#clients = new Array(connections).fill(undefined);
    this.#firstConnection = firstConnection;
    this.#depth = pipelining;
    this.#handshake = workload === 'handshake';
    this.#short = connection === 'per-request' || this.#handshake;
    this.#size = new MessageSize(sizes, streamKey);
    this.#payload = new Payload(this.#size.largest, 1, streamKey);
    this.#table = new ConnectionTable(connections, pipelining, state.timed);
    this.#requests = new RequestLedger(this.#table, state, this.#short);
    this.#reconnects = new Reconnects(connections);
    this.#begun = new Float64Array(connections);
    this.#sources = this.#short && !('path' in address) ? sourceHosts(address.host) : [];
  }

  get outstanding(): number {
    return this.#table.inFlightTotal;
  }
  get neverAnswered(): number {
    return this.#table.unansweredInFlight;
  }
  get needsSweep(): boolean {
    return this.#reconnects.count > 0;
  }

  open(c: number): void {
    this.#table.setPhase(c, CONNECTING);
    this.#begun[c] = nowNanos();
    // A handshake is begun before it can be sent: while connections are being opened, too.
    if (this.#handshake && this.#table.inFlight(c) === 0) this.#first(c);
    this.#clients[c] = this.#connect(c, this, this.#sources[this.#turn++ % Math.max(1, this.#sources.length)]);
  }

  resume(c: number): void {
    // A connection that has not answered its first request yet is left to wait for that.
    if (!this.#table.wasAnswered(c)) return;
    if (this.#table.phase(c) === OPEN && !this.#short) {
      if (this.#state.flowing) this.#ask(c, nowNanos());
      this.#flush(c);
    } else if (this.#table.phase(c) === CLOSED && !this.#reconnects.has(c)) this.#again(c);
  }

  request(c: number, dueNanos: number): boolean {
    if (this.#short) {
      if (this.#table.phase(c) !== CLOSED || this.#reconnects.has(c)) return false;
      this.#requests.beginConnecting(c, dueNanos, dueNanos);
      this.open(c);
      return true;
    }
    if (this.#table.phase(c) !== OPEN || this.#table.awaited(c) >= this.#depth) return false;
    this.#requests.begin(c, dueNanos, dueNanos);
    this.#flush(c);
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let c = 0; c < this.#table.count; c++) {
      if (!this.#state.draining && this.#reconnects.take(c, now)) {
        this.#again(c);
      } else if (this.#requests.expire(c, deadline, now)) {
        this.#replace(c);
      }
    }
  }

  abandon(now: number): void {
    for (let c = 0; c < this.#table.count; c++) this.#requests.abandon(c, now);
  }

  close(): void {
    for (const client of this.#clients) client?.destroy();
    this.#payload.free();
    this.#inbox.free();
  }

  opened(c: number): void {
    const now = nowNanos();
    if (this.#table.markOpened(c)) this.sockets.opened++;
    if (this.#short) this.#requests.connected(c, now - (this.#begun[c] as number));
    if (this.#handshake) {
      if (this.#table.inFlight(c) > 0) this.#complete(c, 0, now);
      return;
    }
    this.#first(c);
    this.#flush(c);
  }

  received(c: number, bytes: Uint8Array, whole: boolean): void {
    const now = nowNanos();
    if (whole && !this.#isWhole(c, bytes.length)) return;
    for (let at = 0; at < bytes.length && this.#table.phase(c) === OPEN; at += INBOX_BYTES) {
      const piece = bytes.subarray(at, at + INBOX_BYTES);
      this.#inbox.bytes.set(piece);
      this.#accept(c, piece.length, now);
    }
    if (this.#table.phase(c) === OPEN) this.#flush(c);
    this.#state.holds(this.outstanding + this.#state.demand.queued, now); // At once: the engine's next turn may be late.
  }

  ended(c: number, errno: number): void {
    this.sockets.lastErrno = errno;
    if (errno === EADDRNOTAVAIL) this.sockets.portsExhausted++;
    if (this.#table.phase(c) === CONNECTING) this.#refused(c, errno);
    else if (this.#table.served(c)) this.#replace(c);
    else this.#retryLater(c, errno);
  }

  /** A new connection's first request: while connections are being opened each sends one, and waits for the word to go. */
  #first(c: number): void {
    const now = nowNanos();
    if (this.#state.flowing) this.#ask(c, now);
    else if (this.#table.inFlight(c) === 0) this.#requests.begin(c, now, now);
  }

  /** Asks for as many requests as the connection has room for. */
  #ask(c: number, now: number, most = this.#depth - this.#table.awaited(c)): void {
    for (let room = most; room > 0; room--) {
      const due = this.#state.demand.next(c, now, room);
      if (due >= 0) this.#requests.begin(c, due, now);
    }
  }

  /** Hands over all requests of a connection that wait to be sent. */
  #flush(c: number): void {
    const table = this.#table;
    while (table.unsent(c) > 0 && this.#clients[c]?.hasRoom !== false) {
      const sequence = table.sending(c);
      const connection = this.#firstConnection + c;
      this.#payload.address(0, connection, sequence);
      const request = this.#payload.outbox.bytes.slice(0, this.#size.of(connection, sequence));
      if (this.#state.timed) {
        table.markSent(c, sequence, nowNanos());
        if (!this.#short) this.#state.sent(table.due(c, sequence), table.ready(c, sequence), table.sent(c, sequence));
      }
      table.advanceSending(c, 1);
      this.#clients[c]?.send(request);
    }
  }

  /** Is a message as long as the reply that is due? A longer or shorter one is corrupted, or answers nothing. */
  #isWhole(c: number, length: number): boolean {
    if (this.#table.awaited(c) === 0) {
      this.#unsolicited(c);
      return false;
    }
    if (length === this.#size.of(this.#firstConnection + c, this.#table.oldest(c))) return true;
    this.#corrupted(c);
    return false;
  }

  /** Checks bytes in the inbox, until the connection is of no more use. */
  #accept(c: number, length: number, now: number): void {
    const connection = this.#firstConnection + c;
    for (let at = 0; at < length && this.#table.phase(c) === OPEN; ) {
      if (this.#table.awaited(c) === 0) {
        this.#unsolicited(c);
        return;
      }
      const sequence = this.#table.oldest(c);
      const size = this.#size.of(connection, sequence);
      const from = this.#table.receivedBytes(c);
      const take = Math.min(length - at, size - from);
      if (!this.#payload.matches(this.#inbox, at, from, take, connection, sequence)) {
        this.#corrupted(c);
        return;
      }
      at += take;
      this.#table.setReceivedBytes(c, from + take === size ? 0 : from + take);
      if (from + take === size) this.#complete(c, size, now);
    }
  }

  #complete(c: number, size: number, now: number): void {
    const table = this.#table;
    if (table.markServed(c)) this.answered++;
    const sentLate = this.#state.timed && !this.#handshake ? table.oldestSent(c) - table.oldestReady(c) : 0;
    if (table.givenUp(c) === 0) this.#state.lagged(sentLate + this.pickup.of(now));
    this.#requests.complete(c, size, 0, now);
    if (this.#short) {
      this.#clients[c]?.end();
      this.#forget(c);
      this.#renew(c, now);
    } else if (this.#state.flowing) {
      const due = this.#state.demand.next(c, now, this.#depth - table.awaited(c));
      if (due >= 0) this.#requests.begin(c, due, now);
    }
  }

  /** The connection can be opened for its next request: does so when there is one. */
  #renew(c: number, now: number): void {
    if (!this.#state.flowing || this.#table.phase(c) !== CLOSED || this.#reconnects.has(c)) return;
    const due = this.#state.demand.next(c, now, 1);
    if (due < 0) return;
    this.#requests.beginConnecting(c, due, now);
    this.open(c);
  }

  /** The connection sent more than it was asked for. */
  #unsolicited(c: number): void {
    this.#state.counts.unsolicited++;
    this.#replace(c);
  }

  /** A stream with a wrong byte is out of step. */
  #corrupted(c: number): void {
    this.#requests.corrupt(c);
    this.#replace(c);
  }

  /** An attempt to connect failed, and with it its request, or one that was due. At a rate, another connection may take that. */
  #refused(c: number, errno: number): void {
    if (this.#table.inFlight(c) === 0 && !(this.#state.demand instanceof OpenDemand)) this.#ask(c, nowNanos(), 1);
    this.#retryLater(c, errno);
  }

  #replace(c: number): void {
    this.#shut(c);
    this.#again(c);
  }

  #retryLater(c: number, errno: number): void {
    this.#shut(c, errno === EADDRNOTAVAIL ? 'noPort' : 'refused');
    this.#reconnects.add(c, nowNanos());
  }

  #again(c: number): void {
    if (this.#state.draining) return;
    if (this.#short && this.#state.flowing) this.#renew(c, nowNanos());
    else this.open(c);
  }

  /** Closes the connection. @param cause see {@link RequestLedger.fail}. */
  #shut(c: number, cause?: DropCause): void {
    this.#requests.fail(c, cause);
    this.#clients[c]?.destroy();
    this.#forget(c);
  }

  #forget(c: number): void {
    this.#clients[c] = undefined;
    this.#table.markClosed(c);
  }
}
