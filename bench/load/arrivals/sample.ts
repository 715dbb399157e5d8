import type { LoadProfile } from './profile.ts';

/** Maximum number of distances kept: enough for a distribution at any rate. */
const CAPACITY = 2048;

/**
 * A sample of the distances between the requests that a thread sent, in operational time: their mean is 1 at any
 * rate. They are compared with the distribution that was requested.
 */
export class ArrivalSample {
  readonly #profile: LoadProfile;
  readonly #begin: number;
  readonly #threads: number;
  /** One distance in this many is kept. */
  readonly #every: number;
  readonly #times = new Float64Array(2 * CAPACITY);
  #kept = 0;
  #seen = 0;
  #last = Number.NaN;

  /**
   * @param profile rate of all threads together, starting at `begin` (monotonic nanoseconds).
   * @param expected number of requests that the thread will send.
   */
  constructor(profile: LoadProfile, begin: number, threads: number, expected: number) {
    this.#profile = profile;
    this.#begin = begin;
    this.#threads = threads;
    this.#every = Math.max(1, Math.ceil(expected / CAPACITY));
  }

  /**
   * Records that a request was sent.
   * @param onTime whether it was sent when it was due. One that had to wait for a connection does not show the
   * distribution of the arrivals.
   */
  sent(now: number, onTime: boolean): void {
    if (onTime && this.#seen++ % this.#every === 0 && this.#kept < CAPACITY && this.#last > 0) {
      this.#times[2 * this.#kept] = this.#last;
      this.#times[2 * this.#kept++ + 1] = now;
    }
    this.#last = onTime ? now : Number.NaN;
  }

  /** Records that a request that was due was not sent: the next distance is not used. */
  interrupted(): void {
    this.#last = Number.NaN;
  }

  reset(): void {
    this.#kept = 0;
    this.#seen = 0;
    this.#last = Number.NaN;
  }

  /** Returns the distances kept. */
  gaps(): Float64Array {
    return Float64Array.from({ length: this.#kept }, (_, i) => {
      const from = this.#profile.cumulative((this.#times[2 * i] as number) - this.#begin);
      const to = this.#profile.cumulative((this.#times[2 * i + 1] as number) - this.#begin);
      return (to - from) / this.#threads;
    });
  }
}
