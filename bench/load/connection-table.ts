import { RequestTimes } from './request-times.ts';

/**
 * What the engine knows of each TCP connection, in numbers: one row of 64 bytes a connection, a cache line, since a
 * request touches most of it and the kernel has evicted it meanwhile. Sequence numbers count a connection's requests,
 * modulo 2^32, as signed integers: V8 keeps those unboxed.
 */
const FD = 0;
const PHASE = 1;
const NEXT = 2;
const OLDEST = 3;
const SENDING = 4;
const SENT_BYTES = 5;
const RECEIVED_BYTES = 6;
const WRITING = 7;
const SERVED = 8;
const OPENED = 9;
const ANSWERED = 10;
const GIVEN_UP = 11;
const ROW_BITS = 4;

export const CLOSED = 0;
export const CONNECTING = 1;
export const OPEN = 2;
export type ConnectionPhase = typeof CLOSED | typeof CONNECTING | typeof OPEN;

export class ConnectionTable {
  readonly count: number;
  /** Requests in flight on all connections together. */
  inFlightTotal = 0;
  readonly #rows: Int32Array;
  /** When each request in flight was due and sent, in nanoseconds. */
  readonly #times: RequestTimes;

  /**
   * @param depth how many requests a connection may have in flight.
   * @param timed is it kept when requests were sent?
   */
  constructor(count: number, depth: number, timed: boolean) {
    this.count = count;
    this.#rows = new Int32Array(count << ROW_BITS);
    for (let c = 0; c < count; c++) this.setFd(c, -1);
    this.#times = new RequestTimes(count, depth, timed);
  }

  /** File descriptor; -1 for none. */
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

  /** Requests made, neither answered nor given up, sent or not. */
  inFlight(c: number): number {
    const row = c << ROW_BITS;
    const awaited = ((this.#rows[row + NEXT] as number) - (this.#rows[row + OLDEST] as number)) | 0;
    return awaited - (this.#rows[row + GIVEN_UP] as number);
  }

  /**
   * Requests that a reply is still to come for: those in flight, and before them those that were given up. Replies come
   * in the order of requests, so that those must be read before others can be.
   */
  awaited(c: number): number {
    const row = c << ROW_BITS;
    return ((this.#rows[row + NEXT] as number) - (this.#rows[row + OLDEST] as number)) | 0;
  }

  /** How many of those were given up. */
  givenUp(c: number): number {
    return this.#rows[(c << ROW_BITS) + GIVEN_UP] as number;
  }

  /** Requests in flight on connections that never got an answer. */
  get unansweredInFlight(): number {
    let requests = 0;
    for (let c = 0; c < this.count; c++) if (!this.wasAnswered(c)) requests += this.inFlight(c);
    return requests;
  }

  /** Requests made and not yet sent, or not in full. */
  unsent(c: number): number {
    const row = c << ROW_BITS;
    return ((this.#rows[row + NEXT] as number) - (this.#rows[row + SENDING] as number)) | 0;
  }

  /** Sequence number of the request whose reply comes next, given up or not. */
  oldest(c: number): number {
    return this.#rows[(c << ROW_BITS) + OLDEST] as number;
  }

  /** Sequence number of the oldest request in flight; meaningless when there is none. */
  oldestInFlight(c: number): number {
    const row = c << ROW_BITS;
    return ((this.#rows[row + OLDEST] as number) + (this.#rows[row + GIVEN_UP] as number)) | 0;
  }

  /** When that request was due, in nanoseconds. */
  oldestDue(c: number): number {
    return this.#times.due(c, this.oldestInFlight(c));
  }

  /** When it could be sent, and when it was; the latter only when the table is timed. */
  oldestReady(c: number): number {
    return this.#times.ready(c, this.oldestInFlight(c));
  }
  oldestSent(c: number): number {
    return this.#times.sent(c, this.oldestInFlight(c));
  }
  /** It could be sent only so much later, as the connection had to be made first. */
  delayOldest(c: number, nanos: number): void {
    this.#times.delay(c, this.oldestInFlight(c), nanos);
  }
  /** Was no byte of it handed over yet? */
  isOldestUnsent(c: number): boolean {
    const row = c << ROW_BITS;
    const ahead = (this.oldestInFlight(c) - (this.#rows[row + SENDING] as number)) | 0;
    return ahead > 0 || (ahead === 0 && this.#rows[row + SENT_BYTES] === 0);
  }

  /**
   * Notes a new request.
   * @param readyNanos when it was due and its connection could take it.
   */
  push(c: number, dueNanos: number, readyNanos: number): void {
    const at = (c << ROW_BITS) + NEXT;
    const sequence = this.#rows[at] as number;
    this.#times.push(c, sequence, dueNanos, readyNanos);
    this.#rows[at] = sequence + 1;
    this.inFlightTotal++;
  }

  /** The oldest request in flight has ended, and those given up before it are forgotten. @returns when it was due. */
  shift(c: number): number {
    const due = this.oldestDue(c);
    const row = c << ROW_BITS;
    this.#rows[row + OLDEST] = this.oldestInFlight(c) + 1;
    this.#rows[row + GIVEN_UP] = 0;
    this.inFlightTotal--;
    return due;
  }

  /** Gives the oldest request in flight up, though its reply is still to be read. @returns when it was due. */
  giveUp(c: number): number {
    const due = this.oldestDue(c);
    const at = (c << ROW_BITS) + GIVEN_UP;
    this.#rows[at] = (this.#rows[at] as number) + 1;
    this.inFlightTotal--;
    return due;
  }

  /** The reply to a request that was given up has come. */
  skip(c: number): void {
    const row = c << ROW_BITS;
    this.#rows[row + OLDEST] = (this.#rows[row + OLDEST] as number) + 1;
    this.#rows[row + GIVEN_UP] = (this.#rows[row + GIVEN_UP] as number) - 1;
  }

  /** A request is handed to the kernel now. For timed tables. */
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

  /** Sequence number of the request being sent, or to be sent next. */
  sending(c: number): number {
    return this.#rows[(c << ROW_BITS) + SENDING] as number;
  }
  /** So many more requests were sent in full. */
  advanceSending(c: number, requests: number): void {
    const at = (c << ROW_BITS) + SENDING;
    this.#rows[at] = (this.#rows[at] as number) + requests;
  }

  /** Bytes that are done of the request being sent. */
  sentBytes(c: number): number {
    return this.#rows[(c << ROW_BITS) + SENT_BYTES] as number;
  }
  setSentBytes(c: number, bytes: number): void {
    this.#rows[(c << ROW_BITS) + SENT_BYTES] = bytes;
  }

  /** Bytes that have come of the oldest request's reply. */
  receivedBytes(c: number): number {
    return this.#rows[(c << ROW_BITS) + RECEIVED_BYTES] as number;
  }
  setReceivedBytes(c: number, bytes: number): void {
    this.#rows[(c << ROW_BITS) + RECEIVED_BYTES] = bytes;
  }

  /** 1 when the kernel's send buffer is full, so that epoll watches for room. */
  writing(c: number): number {
    return this.#rows[(c << ROW_BITS) + WRITING] as number;
  }
  setWriting(c: number, writing: number): void {
    this.#rows[(c << ROW_BITS) + WRITING] = writing;
  }

  /** Has the connection served a request since it was last opened? */
  served(c: number): boolean {
    return this.#rows[(c << ROW_BITS) + SERVED] === 1;
  }
  /** Did it ever? */
  wasAnswered(c: number): boolean {
    return this.#rows[(c << ROW_BITS) + ANSWERED] === 1;
  }
  /** A request was answered. @returns whether it was the connection's first. */
  markServed(c: number): boolean {
    const row = c << ROW_BITS;
    const first = this.#rows[row + ANSWERED] === 0;
    this.#rows[row + SERVED] = 1;
    this.#rows[row + ANSWERED] = 1;
    return first;
  }

  /** The connection stands. @returns whether for the first time. */
  markOpened(c: number): boolean {
    const at = (c << ROW_BITS) + OPENED;
    const first = this.#rows[at] === 0;
    this.#rows[at] = 1;
    this.setPhase(c, OPEN);
    return first;
  }

  /** The socket is closed, and of requests in flight only unsent ones are left: a later one begins with these, or with the next. */
  markClosed(c: number): void {
    const row = c << ROW_BITS;
    this.#rows[row + FD] = -1;
    this.#rows[row + PHASE] = CLOSED;
    const first = this.oldestInFlight(c);
    this.#rows[row + OLDEST] = first;
    this.#rows[row + GIVEN_UP] = 0;
    this.#rows[row + SENDING] = first;
    this.#rows[row + SENT_BYTES] = 0;
    this.#rows[row + RECEIVED_BYTES] = 0;
    this.#rows[row + WRITING] = 0;
    this.#rows[row + SERVED] = 0;
  }
}
