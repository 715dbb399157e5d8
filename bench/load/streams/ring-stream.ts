import { EADDRNOTAVAIL, ECONNRESET } from '../../../sockets/errors/errno.ts';
import type { Epoll } from '../../../sockets/polling/epoll.ts';
import { nowNanos } from '../../measure/clock.ts';
import { isFixedSize, largestSize } from '../../model/message-sizes.ts';
import { closedDemand } from '../demand/demand.ts';
import { CLOSED, CONNECTING, ConnectionTable, OPEN } from '../ledger/connection-table.ts';
import type { LoadState } from '../ledger/load-state.ts';
import { RequestLedger } from '../ledger/request-ledger.ts';
import type { Assignment } from '../threads/assignment.ts';
import type { DropCause } from '../threads/counts.ts';
import type { Workload } from '../workload.ts';
import { StreamConnections } from './connections.ts';
import { type RingListener, RingSockets } from './ring-sockets.ts';
import { WRITING } from './sender.ts';

/** Largest request: every connection has memory for its own. */
const LARGEST_REQUEST = 16_384;
const LARGEST_OUTBOX = 64 << 20;

/**
 * Reports whether {@link RingStream} can run a load: one request of one size at a time, due when the last was answered.
 */
export function ringSuits({ point, pacer }: Assignment): boolean {
  const { transport, workload, connection, pipelining, sizes, connections } = point;
  const size = largestSize(sizes);
  const closed = pacer === null && pipelining === 1;
  const plain = transport === 'tcp' && workload === 'request-response' && connection === 'pooled' && isFixedSize(sizes);
  return closed && plain && size <= LARGEST_REQUEST && size * connections <= LARGEST_OUTBOX;
}

/**
 * Requests and replies over TCP by io_uring(7), where {@link ringSuits}. The call that waits for the next replies also
 * submits all requests that follow the last ones, and receives are permanent: one call per turn of the loop and none
 * per request. Compared with epoll, that saved a fifth of the generator's CPU time. With kernel timestamps each request
 * needs its own call, because its service time counts from there. Connections are opened with epoll,
 * whose descriptor the ring watches.
 */
export class RingStream implements Workload, RingListener {
  answered = 0;
  readonly sockets: StreamConnections;
  readonly #state: LoadState;
  readonly #epoll: Epoll;
  readonly #firstConnection: number;
  readonly #size: number;
  readonly #table: ConnectionTable;
  readonly #requests: RequestLedger;
  readonly #ring: RingSockets;
  /**
   * With timestamps: connections whose requests are to be sent, each by its own call, when everything that came was
   * handled.
   */
  readonly #toSend: Int32Array;
  #toSendCount = 0;

  /** @throws {SystemError} where no ring is available: check whyNoUring() first. */
  constructor(assignment: Assignment, state: LoadState, epoll: Epoll) {
    const { firstConnection, point } = assignment;
    const { connections, sizes } = point;
    this.#state = state;
    this.#epoll = epoll;
    this.#firstConnection = firstConnection;
    this.#size = largestSize(sizes);
    this.#toSend = new Int32Array(state.timed ? 2 * connections : 0);
    this.#table = new ConnectionTable(connections, 1, state.timed);
    this.#requests = new RequestLedger(this.#table, state);
    this.sockets = new StreamConnections(assignment, this.#table, epoll, WRITING, state);
    this.#ring = new RingSockets(connections, this.#size, assignment, epoll.fd, state.kernelClock);
  }

  get outstanding(): number {
    return this.#table.inFlightTotal;
  }
  get neverAnswered(): number {
    return this.#table.unansweredInFlight;
  }
  get needsSweep(): boolean {
    return this.sockets.needsSweep;
  }

  /**
   * Sends the requests that were made, waits up to `timeoutMs` for completions, and handles them.
   * @returns the time before they were handled.
   */
  exchange(timeoutMs: number): number {
    // Requests of resumed connections: with nothing in flight, no completion would end the wait.
    if (this.#toSendCount > 0) this.#sendPending();
    const came = this.#ring.exchange(timeoutMs);
    const now = nowNanos();
    if (came > 0) this.#ring.dispatch(came, this);
    if (this.#toSendCount > 0) this.#sendPending();
    return now;
  }

  open(c: number): void {
    const errno = this.sockets.open(c);
    if (errno !== 0) this.#refused(c, errno);
  }

  /** Handles the events of epoll, whose descriptor the ring reports readable. */
  noticed(): void {
    const found = this.#epoll.wait(0);
    for (let i = 0; i < found; i++) this.ready(this.#epoll.dataAt(i));
  }

  /** Handles a connection that is now established or refused. */
  ready(c: number): void {
    if (this.#table.phase(c) !== CONNECTING) return;
    const errno = this.sockets.finish(c);
    if (errno !== 0) {
      this.#refused(c, errno);
      return;
    }
    const fd = this.#table.fd(c);
    this.#epoll.remove(fd);
    this.#ring.add(c, fd);
    this.#first(c);
  }

  received(c: number, offset: number, length: number): void {
    const now = nowNanos();
    const size = this.#size;
    // Nearly always exactly one complete reply.
    if (length === size && this.#table.receivedBytes(c) === 0 && this.#table.inFlight(c) > 0) {
      if (this.#matches(c, offset, 0, size)) this.#complete(c, now);
      else this.#corrupted(c);
    } else this.#receivedPart(c, offset, length, now);
  }

  ended(c: number, errno: number): void {
    this.#break(c, errno === 0 ? ECONNRESET : errno);
  }

  /** Does nothing: replies come without being asked for. */
  readExpected(): number {
    return 0;
  }

  /** Does nothing: {@link exchange} sends. */
  settle(): void {}

  resume(c: number): void {
    // A connection that has not answered its first request yet keeps waiting for that.
    if (this.#table.phase(c) === OPEN && this.#table.inFlight(c) === 0) this.#next(c, nowNanos());
    // It ended when a load was over, and must serve another one.
    else if (this.#table.phase(c) === CLOSED && this.#table.wasAnswered(c) && !this.sockets.waits(c)) this.open(c);
  }

  request(c: number, dueNanos: number): boolean {
    if (this.#table.phase(c) !== OPEN || this.#table.inFlight(c) > 0) return false;
    this.#send(c, dueNanos, dueNanos);
    return true;
  }

  sweep(now: number, deadline: number): void {
    for (let c = 0; c < this.#table.count; c++) {
      if (!this.#state.draining && this.sockets.takeRetry(c, now)) {
        this.open(c);
      } else if (this.#requests.expire(c, deadline, now)) {
        this.#replace(c);
      }
    }
  }

  abandon(now: number): void {
    for (let c = 0; c < this.#table.count; c++) this.#requests.abandon(c, now);
  }

  close(): void {
    this.#ring.close();
    this.sockets.closeAll();
  }

  #receivedPart(c: number, offset: number, length: number, now: number): void {
    const table = this.#table;
    const from = table.receivedBytes(c);
    const missing = this.#size - from;
    if (table.inFlight(c) === 0 || length > missing) {
      // More than a reply: the rest answers no request.
      this.#state.counts.unsolicited++;
      this.#replace(c);
      return;
    }
    if (!this.#matches(c, offset, from, length)) {
      this.#corrupted(c);
      return;
    }
    table.setReceivedBytes(c, length === missing ? 0 : from + length);
    if (length === missing) this.#complete(c, now);
  }

  #matches(c: number, offset: number, from: number, length: number): boolean {
    const { inbox, payload } = this.#ring;
    return payload.matches(inbox, offset, from, length, this.#firstConnection + c, this.#table.oldest(c));
  }

  #complete(c: number, now: number): void {
    if (this.#table.markServed(c)) this.answered++;
    this.#requests.complete(c, this.#size, this.#ring.arrivedNanos, now);
    if (this.#state.flowing) this.#next(c, now);
  }

  /**
   * Sends a new connection's first request. While connections are being opened each sends one, and waits for the start
   * signal.
   */
  #first(c: number): void {
    const now = nowNanos();
    if (this.#state.flowing) this.#next(c, now);
    else this.#send(c, now, now);
  }

  /** Sends the connection's next request, if there is one. */
  #next(c: number, now: number): void {
    const { demand } = this.#state;
    // The closed loop skips a call: its speed is compared with C.
    const due = demand === closedDemand ? now : demand.next(c, now, 1);
    if (due >= 0) this.#send(c, due, now);
  }

  #send(c: number, dueNanos: number, readyNanos: number): void {
    this.#requests.begin(c, dueNanos, readyNanos);
    if (this.#state.timed) this.#toSend[this.#toSendCount++] = c;
    else this.#ring.send(c, this.#takeUnsent(c));
  }

  /** Sends pending requests, except those of connections that were closed in the meantime. */
  #sendPending(): void {
    const table = this.#table;
    for (let i = 0; i < this.#toSendCount; i++) {
      const c = this.#toSend[i] as number;
      if (table.phase(c) !== OPEN || table.unsent(c) === 0) continue;
      const sequence = this.#takeUnsent(c);
      table.markSent(c, sequence, nowNanos());
      this.#ring.sendNow(c, sequence, table.fd(c));
    }
    this.#toSendCount = 0;
  }

  /** Marks the request as handed over. @returns its sequence number. */
  #takeUnsent(c: number): number {
    const sequence = this.#table.sending(c);
    this.#table.advanceSending(c, 1);
    return sequence;
  }

  /** Replaces a connection that carried a wrong byte: its stream is out of step and unusable. */
  #corrupted(c: number): void {
    this.#requests.corrupt(c);
    this.#replace(c);
  }

  /**
   * Handles the unexpected end of a connection: reopens it, at once if it has carried a reply, otherwise after a delay.
   */
  #break(c: number, errno: number): void {
    this.sockets.lastErrno = errno;
    if (this.#table.served(c)) this.#replace(c);
    else this.#retryLater(c, errno);
  }

  /** Handles a failed attempt to connect, which drops the request that was due. */
  #refused(c: number, errno: number): void {
    const now = nowNanos();
    const due = this.#state.demand.next(c, now, 1);
    if (due >= 0) this.#requests.begin(c, due, now);
    this.#retryLater(c, errno);
  }

  #replace(c: number): void {
    this.#shut(c, 'unsent');
    if (!this.#state.draining) this.open(c);
  }

  #retryLater(c: number, errno: number): void {
    this.#shut(c, errno === EADDRNOTAVAIL ? 'noPort' : 'refused');
    this.sockets.retryLater(c);
  }

  /**
   * Closes the socket; a request that was sent on it becomes an error. @param cause why one that was not sent is
   * dropped.
   */
  #shut(c: number, cause: DropCause): void {
    this.#requests.fail(c, cause);
    this.#ring.remove(c);
    this.sockets.close(c);
  }
}
