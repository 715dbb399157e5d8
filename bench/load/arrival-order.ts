/** RFC 3550, 6.4.1 and A.8: the estimate moves by a sixteenth of each new difference. */
const GAIN = 1 / 16;

/** The order and evenness in which datagrams come back on each of many sockets. */
export class ArrivalOrder {
  /** Highest sequence number that came, on each socket. */
  readonly #highest: Int32Array;
  /** How long the last datagram travelled, in nanoseconds; NaN before the first. */
  readonly #transit: Float64Array;
  readonly #jitter: Float64Array;
  /** Did the socket receive since measuring began? */
  readonly #received: Uint8Array;

  constructor(sockets: number) {
    this.#highest = new Int32Array(sockets).fill(-1);
    this.#transit = new Float64Array(sockets).fill(Number.NaN);
    this.#jitter = new Float64Array(sockets);
    this.#received = new Uint8Array(sockets);
  }

  /** Begins jitter anew. */
  reset(): void {
    this.#jitter.fill(0);
    this.#received.fill(0);
  }

  /**
   * A datagram came.
   * @returns whether one with a higher number came before: then it is reordered, RFC 4737.
   */
  came(s: number, sequence: number, sentNanos: number, arrivedNanos: number): boolean {
    const transit = arrivedNanos - sentNanos;
    const difference = Math.abs(transit - (this.#transit[s] as number));
    // NaN, of the first, moves nothing.
    if (difference >= 0) {
      this.#jitter[s] = (this.#jitter[s] as number) + (difference - (this.#jitter[s] as number)) * GAIN;
      this.#received[s] = 1;
    }
    this.#transit[s] = transit;
    // Sequence numbers go round at 2^32.
    if (((sequence - (this.#highest[s] as number)) | 0) < 0) return true;
    this.#highest[s] = sequence;
    return false;
  }

  /** RFC 3550's jitter in nanoseconds, mean of the sockets that received; null when none did. */
  get jitterNanos(): number | null {
    let sum = 0;
    let sockets = 0;
    for (let s = 0; s < this.#jitter.length; s++) {
      if (this.#received[s] === 0) continue;
      sum += this.#jitter[s] as number;
      sockets++;
    }
    return sockets === 0 ? null : sum / sockets;
  }
}
