/**
 * Requests that wait for their replies, in order, on each of many connections: when each was due. Sequence numbers
 * count a connection's requests, modulo 2^32.
 */
export class InFlight {
  /** Requests in flight on all connections together. */
  total = 0;
  /** Sequence numbers of the next request to be made, and of the oldest that is unanswered. */
  readonly #next: Uint32Array;
  readonly #oldest: Uint32Array;
  /** A ring a connection, indexed by the low bits of the sequence number. */
  readonly #due: Float64Array;
  readonly #ring: number;

  /** @param depth how many requests a connection may have in flight. */
  constructor(connections: number, depth: number) {
    this.#next = new Uint32Array(connections);
    this.#oldest = new Uint32Array(connections);
    this.#ring = powerOfTwo(depth);
    this.#due = new Float64Array(connections * this.#ring);
  }

  count(c: number): number {
    return ((this.#next[c] as number) - (this.#oldest[c] as number)) >>> 0;
  }

  next(c: number): number {
    return this.#next[c] as number;
  }

  oldest(c: number): number {
    return this.#oldest[c] as number;
  }

  /** When the oldest request was due, in nanoseconds; meaningless when there is none. */
  oldestDue(c: number): number {
    return this.#due[c * this.#ring + ((this.#oldest[c] as number) & (this.#ring - 1))] as number;
  }

  push(c: number, dueNanos: number): void {
    const sequence = this.#next[c] as number;
    this.#due[c * this.#ring + (sequence & (this.#ring - 1))] = dueNanos;
    this.#next[c] = sequence + 1;
    this.total++;
  }

  /** Takes the oldest request off. @returns when it was due. */
  shift(c: number): number {
    const due = this.oldestDue(c);
    this.#oldest[c] = (this.#oldest[c] as number) + 1;
    this.total--;
    return due;
  }
}

/** The least power of two that is not below `n`. */
export function powerOfTwo(n: number): number {
  return n <= 1 ? 1 : 2 ** (32 - Math.clz32(n - 1));
}
