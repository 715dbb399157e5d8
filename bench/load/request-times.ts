/** Numbers kept for each request: when it was due, could be sent and was sent, and which it is. They share a cache line. */
const DUE = 0;
const READY = 1;
const SENT = 2;
const SEQUENCE = 3;
const TIMED_BITS = 2;

/**
 * The times of requests in flight, in monotonic nanoseconds: a ring for each connection, indexed by sequence number.
 * When it is not to be known when requests were sent, only the times when they were due are kept.
 */
export class RequestTimes {
  readonly #times: Float64Array;
  readonly #mask: number;
  /** log2 of the numbers kept for each connection, and for each request. */
  readonly #ringBits: number;
  readonly #bits: number;
  /** Where it is kept when a request could be sent: in a closed loop that is when it was due. */
  readonly #readyAt: number;

  /** @param depth how many requests of a connection are remembered at least. */
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

  /** Sequence number of the request that is kept in the place of this one: of the last of those that share it. Only when timed. */
  kept(connection: number, sequence: number): number {
    return this.#times[this.#at(connection, sequence) + SEQUENCE] as number;
  }

  /** Does nothing when it is not to be known. */
  markSent(connection: number, sequence: number, now: number): void {
    if (this.#bits !== 0) this.#times[this.#at(connection, sequence) + SENT] = now;
  }

  due(connection: number, sequence: number): number {
    return this.#times[this.#at(connection, sequence) + DUE] as number;
  }

  /** When the request was due and its connection could take it. */
  ready(connection: number, sequence: number): number {
    return this.#times[this.#at(connection, sequence) + this.#readyAt] as number;
  }

  /** It could be sent only so much later: its connection had to be made first. Does nothing when it is not to be known. */
  delay(connection: number, sequence: number, nanos: number): void {
    const at = this.#at(connection, sequence) + READY;
    if (this.#bits !== 0) this.#times[at] = (this.#times[at] as number) + nanos;
  }

  /** When it was handed to the kernel. Only when timed. */
  sent(connection: number, sequence: number): number {
    return this.#times[this.#at(connection, sequence) + SENT] as number;
  }

  #at(connection: number, sequence: number): number {
    return (connection << this.#ringBits) + ((sequence & this.#mask) << this.#bits);
  }
}

/** The least power of two that is not below `n`. */
export function powerOfTwo(n: number): number {
  return n <= 1 ? 1 : 2 ** (32 - Math.clz32(n - 1));
}
