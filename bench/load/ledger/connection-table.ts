import { RequestTimes } from './request-times.ts';

/**
 * State of each TCP connection in numbers: one row of 64 bytes per connection. That is one cache line, because a
 * request touches most of the row and the kernel has evicted it in the meantime. Sequence numbers count a connection's
 * requests modulo 2^32, as signed integers: V8 keeps those unboxed.
 */
const FD = 0;
const PHASE = 1;
const NEXT = 2;
const OLDEST = 3;
const SENDING = 4;
const SENT_BYTES = 5;
const WRITING = 6;
const SERVED = 7;
const OPENED = 8;
const ANSWERED = 9;
const GIVEN_UP = 10;
const ROW_BITS = 4;

export const CLOSED = 0;
export const CONNECTING = 1;
export const OPEN = 2;
/** Established, but no request may be sent: the greeting of its protocol is not complete. */
export const GREETING = 3;
export type ConnectionPhase = typeof CLOSED | typeof CONNECTING | typeof OPEN | typeof GREETING;

/** Protocols receive sequence numbers modulo 2^31: `sequence & MAX_SEQUENCE`. */
export const MAX_SEQUENCE = 0x7fff_ffff;

export class ConnectionTable {
  readonly count: number;
  /** Requests in flight on all connections together. */
  inFlightTotal = 0;
  readonly #rows: Int32Array;
  /** When each request in flight was due and sent, in nanoseconds. */
  readonly #times: RequestTimes;

  /**
   * @param depth maximum number of requests in flight on a connection.
   * @param timed whether the table keeps when requests were sent.
   */
  constructor(count: number, depth: number, timed: boolean) {
    this.count = count;
    this.#rows = new Int32Array(count << ROW_BITS);
    for (let c = 0; c < count; c++) this.setFd(c, -1);
    this.#times = new RequestTimes(count, depth, timed);
  }

  /** Returns the file descriptor; -1 for none. */
  fd(c: number): number {
    return this.#rows[(c << ROW_BITS) + FD] as number;
  }
  setFd(c: number, fd: number): void {
    this.#rows[(c << ROW_BITS) + FD] = fd;
  }

  phase(c: number): ConnectionPhase {
    return this.#rows[(c << ROW_BITS) + PHASE] as ConnectionPhase;
  }
  setPhase(c: number, phase: ConnectionPhase): void {
    this.#rows[(c << ROW_BITS) + PHASE] = phase;
  }

  /** Returns the number of requests made, sent or not, that were neither answered nor given up. */
  inFlight(c: number): number {
    const row = c << ROW_BITS;
    const awaited = ((this.#rows[row + NEXT] as number) - (this.#rows[row + OLDEST] as number)) | 0;
    return awaited - (this.#rows[row + GIVEN_UP] as number);
  }

  /**
   * Returns the number of requests whose reply has not come yet: those in flight, and before them those given up.
   * Replies come in the order of requests, so replies to the latter must be read first.
   */
  awaited(c: number): number {
    const row = c << ROW_BITS;
    return ((this.#rows[row + NEXT] as number) - (this.#rows[row + OLDEST] as number)) | 0;
  }

  /** Returns how many of the {@link awaited} requests were given up. */
  givenUp(c: number): number {
    return this.#rows[(c << ROW_BITS) + GIVEN_UP] as number;
  }

  /** Requests in flight on connections that never received a reply. */
  get unansweredInFlight(): number {
    let requests = 0;
    for (let c = 0; c < this.count; c++) if (!this.wasAnswered(c)) requests += this.inFlight(c);
    return requests;
  }

  /** Returns the number of requests that were made and not sent, or not in full. */
  unsent(c: number): number {
    const row = c << ROW_BITS;
    return ((this.#rows[row + NEXT] as number) - (this.#rows[row + SENDING] as number)) | 0;
  }

  /** Reports whether a reply can come: a request is {@link awaited}, and at least its first byte was handed over. */
  expectsReply(c: number): boolean {
    const row = c << ROW_BITS;
    const sent = ((this.#rows[row + SENDING] as number) - (this.#rows[row + OLDEST] as number)) | 0;
    return sent > 0 || this.#rows[row + SENT_BYTES] !== 0;
  }

  /** Returns the sequence number of the request whose reply comes next, given up or not. */
  oldest(c: number): number {
    return this.#rows[(c << ROW_BITS) + OLDEST] as number;
  }

  /** Returns the sequence number of the oldest request in flight; meaningless when there is none. */
  oldestInFlight(c: number): number {
    const row = c << ROW_BITS;
    return ((this.#rows[row + OLDEST] as number) + (this.#rows[row + GIVEN_UP] as number)) | 0;
  }

  /** Returns when that request was due, in nanoseconds. */
  oldestDue(c: number): number {
    return this.#times.due(c, this.oldestInFlight(c));
  }

  /** Returns when it could be sent. {@link oldestSent} returns when it was sent, for timed tables only. */
  oldestReady(c: number): number {
    return this.#times.ready(c, this.oldestInFlight(c));
  }
  oldestSent(c: number): number {
    return this.#times.sent(c, this.oldestInFlight(c));
  }
  /** Moves the time at which it could be sent, because its connection had to be opened first. */
  delayOldest(c: number, nanos: number): void {
    this.#times.delay(c, this.oldestInFlight(c), nanos);
  }
  /** Reports whether no byte of it was handed to the kernel yet. */
  isOldestUnsent(c: number): boolean {
    const row = c << ROW_BITS;
    const ahead = (this.oldestInFlight(c) - (this.#rows[row + SENDING] as number)) | 0;
    return ahead > 0 || (ahead === 0 && this.#rows[row + SENT_BYTES] === 0);
  }

  /**
   * Adds a new request.
   * @param readyNanos when it was due and its connection could take it.
   */
  push(c: number, dueNanos: number, readyNanos: number): void {
    const at = (c << ROW_BITS) + NEXT;
    const sequence = this.#rows[at] as number;
    this.#times.push(c, sequence, dueNanos, readyNanos);
    this.#rows[at] = sequence + 1;
    this.inFlightTotal++;
  }

  /** Removes the oldest request in flight, which has ended, and those given up before it. @returns when it was due. */
  shift(c: number): number {
    const due = this.oldestDue(c);
    const row = c << ROW_BITS;
    this.#rows[row + OLDEST] = this.oldestInFlight(c) + 1;
    this.#rows[row + GIVEN_UP] = 0;
    this.inFlightTotal--;
    return due;
  }

  /** Gives up the oldest request in flight, although its reply must still be read. @returns when it was due. */
  giveUp(c: number): number {
    const due = this.oldestDue(c);
    const at = (c << ROW_BITS) + GIVEN_UP;
    this.#rows[at] = (this.#rows[at] as number) + 1;
    this.inFlightTotal--;
    return due;
  }

  /** Removes the oldest request, which was given up: its reply has come. */
  skip(c: number): void {
    const row = c << ROW_BITS;
    this.#rows[row + OLDEST] = (this.#rows[row + OLDEST] as number) + 1;
    this.#rows[row + GIVEN_UP] = (this.#rows[row + GIVEN_UP] as number) - 1;
  }

  /** Stores when a request is handed to the kernel. Only for timed tables. */
  markSent(c: number, sequence: number, now: number): void {
    this.#times.markSent(c, sequence, now);
  }
  ready(c: number, sequence: number): number {
    return this.#times.ready(c, sequence);
  }
  sent(c: number, sequence: number): number {
    return this.#times.sent(c, sequence);
  }
  due(c: number, sequence: number): number {
    return this.#times.due(c, sequence);
  }

  /** Returns the sequence number of the request that is being sent, or is to be sent next. */
  sending(c: number): number {
    return this.#rows[(c << ROW_BITS) + SENDING] as number;
  }
  /** Records that `requests` more requests were sent in full. */
  advanceSending(c: number, requests: number): void {
    const at = (c << ROW_BITS) + SENDING;
    this.#rows[at] = (this.#rows[at] as number) + requests;
  }

  /** Returns how many bytes of the request that is being sent are done. */
  sentBytes(c: number): number {
    return this.#rows[(c << ROW_BITS) + SENT_BYTES] as number;
  }
  setSentBytes(c: number, bytes: number): void {
    this.#rows[(c << ROW_BITS) + SENT_BYTES] = bytes;
  }

  /** Returns 1 when the kernel's send buffer is full, so that epoll watches for room. */
  writing(c: number): number {
    return this.#rows[(c << ROW_BITS) + WRITING] as number;
  }
  setWriting(c: number, writing: number): void {
    this.#rows[(c << ROW_BITS) + WRITING] = writing;
  }

  /** Reports whether the connection has served a request since it was last opened. */
  served(c: number): boolean {
    return this.#rows[(c << ROW_BITS) + SERVED] === 1;
  }
  /** Reports whether the connection has ever served a request. */
  wasAnswered(c: number): boolean {
    return this.#rows[(c << ROW_BITS) + ANSWERED] === 1;
  }
  /** Records that a request was answered. @returns whether it was the connection's first. */
  markServed(c: number): boolean {
    const row = c << ROW_BITS;
    const first = this.#rows[row + ANSWERED] === 0;
    this.#rows[row + SERVED] = 1;
    this.#rows[row + ANSWERED] = 1;
    return first;
  }

  /** Records that the connection is established. @returns whether for the first time. */
  markOpened(c: number): boolean {
    const at = (c << ROW_BITS) + OPENED;
    const first = this.#rows[at] === 0;
    this.#rows[at] = 1;
    this.setPhase(c, OPEN);
    return first;
  }

  /**
   * Records that the socket is closed. Requests in flight, all unsent by now, are sent on the next socket from their
   * first byte.
   */
  markClosed(c: number): void {
    const row = c << ROW_BITS;
    this.#rows[row + FD] = -1;
    this.#rows[row + PHASE] = CLOSED;
    const first = this.oldestInFlight(c);
    this.#rows[row + OLDEST] = first;
    this.#rows[row + GIVEN_UP] = 0;
    this.#rows[row + SENDING] = first;
    this.#rows[row + SENT_BYTES] = 0;
    this.#rows[row + WRITING] = 0;
    this.#rows[row + SERVED] = 0;
  }
}
