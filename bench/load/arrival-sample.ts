import type { LoadProfile } from './pacers/profile.ts';

/** Distances kept at most: enough for a distribution, whatever the rate. */
const CAPACITY = 2048;

/**
 * A sample of the distances between the requests that a thread sent, in operational time: what is 1 on average, whatever
 * the rate is at the time. To be held against the distribution that was wanted.
 */
export class ArrivalSample {
  readonly #profile: LoadProfile;
  readonly #begin: number;
  readonly #threads: number;
  /** Of how many distances one is kept. */
  readonly #every: number;
  readonly #times = new Float64Array(2 * CAPACITY);
  #kept = 0;
  #seen = 0;
  #last = Number.NaN;

  /**
   * @param profile the rate of all threads together, from `begin` (monotonic nanoseconds) on.
   * @param expected how many requests the thread is to send.
   */
  constructor(profile: LoadProfile, begin: number, threads: number, expected: number) {
    this.#profile = profile;
    this.#begin = begin;
    this.#threads = threads;
    this.#every = Math.max(1, Math.ceil(expected / CAPACITY));
  }

  /** @param onTime did it go when it was due? One that had to wait for a connection says nothing of how arrivals came. */
  sent(now: number, onTime: boolean): void {
    if (onTime && this.#seen++ % this.#every === 0 && this.#kept < CAPACITY && this.#last > 0) {
      this.#times[2 * this.#kept] = this.#last;
      this.#times[2 * this.#kept++ + 1] = now;
    }
    this.#last = onTime ? now : Number.NaN;
  }

  /** One that was due was not sent: the next distance says nothing. */
  interrupted(): void {
    this.#last = Number.NaN;
  }

  reset(): void {
    this.#kept = 0;
    this.#seen = 0;
    this.#last = Number.NaN;
  }

  /** The distances kept. */
  gaps(): Float64Array {
    return Float64Array.from({ length: this.#kept }, (_, i) => {
      const from = this.#profile.cumulative((this.#times[2 * i] as number) - this.#begin);
      const to = this.#profile.cumulative((this.#times[2 * i + 1] as number) - this.#begin);
      return (to - from) / this.#threads;
    });
  }
}
