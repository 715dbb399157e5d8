import { powerOfTwo } from '../power-of-two.ts';

/**
 * Fields of a request: when it was due, could be sent and was sent, and its sequence number. They share a cache line.
 */
const DUE = 0;
const READY = 1;
const SENT = 2;
const SEQUENCE = 3;
const TIMED_BITS = 2;

/**
 * Times of the requests in flight, in monotonic nanoseconds: a ring for each connection, indexed by sequence number.
 * When it is not timed, it keeps only the times when requests were due.
 */
export class RequestTimes {
  readonly #times: Float64Array;
  readonly #mask: number;
  /** log2 of the numbers kept for each connection, and for each request. */
  readonly #ringBits: number;
  readonly #bits: number;
  /** Index of the time when a request could be sent: in a closed loop that is when it was due. */
  readonly #readyAt: number;

  /** @param depth minimum number of requests remembered per connection. */
  constructor(connections: number, depth: number, timed: boolean) {
    const ring = powerOfTwo(depth);
    this.#mask = ring - 1;
    this.#bits = timed ? TIMED_BITS : 0;
    this.#readyAt = timed ? READY : DUE;
    this.#ringBits = Math.log2(ring) + this.#bits;
    this.#times = new Float64Array(connections * 2 ** this.#ringBits);
  }

  get timed(): boolean {
    return this.#bits !== 0;
  }

  push(connection: number, sequence: number, dueNanos: number, readyNanos: number): void {
    const at = this.#at(connection, sequence);
    this.#times[at + DUE] = dueNanos;
    if (this.#bits === 0) return;
    this.#times[at + READY] = readyNanos;
    this.#times[at + SEQUENCE] = sequence;
  }

  /** Returns the sequence number of the last request that was kept in this one's slot. Only when timed. */
  kept(connection: number, sequence: number): number {
    return this.#times[this.#at(connection, sequence) + SEQUENCE] as number;
  }

  /** Stores when a request was handed to the kernel. Does nothing when not timed. */
  markSent(connection: number, sequence: number, now: number): void {
    if (this.#bits !== 0) this.#times[this.#at(connection, sequence) + SENT] = now;
  }

  due(connection: number, sequence: number): number {
    return this.#times[this.#at(connection, sequence) + DUE] as number;
  }

  /** Returns when the request was due and its connection could take it. */
  ready(connection: number, sequence: number): number {
    return this.#times[this.#at(connection, sequence) + this.#readyAt] as number;
  }

  /**
   * Moves the time when a request could be sent: its connection had to be opened first. Does nothing when not timed.
   */
  delay(connection: number, sequence: number, nanos: number): void {
    const at = this.#at(connection, sequence) + READY;
    if (this.#bits !== 0) this.#times[at] = (this.#times[at] as number) + nanos;
  }

  /** Returns when the request was handed to the kernel. Only when timed. */
  sent(connection: number, sequence: number): number {
    return this.#times[this.#at(connection, sequence) + SENT] as number;
  }

  #at(connection: number, sequence: number): number {
    return (connection << this.#ringBits) + ((sequence & this.#mask) << this.#bits);
  }
}
