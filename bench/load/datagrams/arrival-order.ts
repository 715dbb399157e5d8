/** RFC 3550, 6.4.1 and A.8: each new difference moves the estimate by one sixteenth. */
const GAIN = 1 / 16;

/** Measures the order and the jitter of the datagrams that arrive on each of many sockets. */
export class ArrivalOrder {
  /** Highest sequence number received on each socket. */
  readonly #highest: Int32Array;
  /** Transit time of the last datagram, in nanoseconds; NaN before the first one. */
  readonly #transit: Float64Array;
  readonly #jitter: Float64Array;
  /** 1 when the socket has received since measuring began. */
  readonly #received: Uint8Array;

  constructor(sockets: number) {
    this.#highest = new Int32Array(sockets).fill(-1);
    this.#transit = new Float64Array(sockets).fill(Number.NaN);
    this.#jitter = new Float64Array(sockets);
    this.#received = new Uint8Array(sockets);
  }

  /** Restarts the jitter estimates. */
  reset(): void {
    this.#jitter.fill(0);
    this.#received.fill(0);
  }

  /**
   * Records a datagram that arrived.
   * @returns whether a datagram with a higher number arrived before it: then it is reordered (RFC 4737).
   */
  came(s: number, sequence: number, sentNanos: number, arrivedNanos: number): boolean {
    const transit = arrivedNanos - sentNanos;
    const difference = Math.abs(transit - (this.#transit[s] as number));
    // For the first datagram the difference is NaN, which changes nothing.
    if (difference >= 0) {
      this.#jitter[s] = (this.#jitter[s] as number) + (difference - (this.#jitter[s] as number)) * GAIN;
      this.#received[s] = 1;
    }
    this.#transit[s] = transit;
    // Sequence numbers wrap at 2^32.
    if (((sequence - (this.#highest[s] as number)) | 0) < 0) return true;
    this.#highest[s] = sequence;
    return false;
  }

  /** RFC 3550's jitter in nanoseconds: the mean over the sockets that received; null when none did. */
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
