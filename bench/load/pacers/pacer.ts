import type { Arrivals } from '../../model/operating-point.ts';
import { seededRandom } from '../../stats/random.ts';

/** Says when requests are due: nanoseconds since the load began, ascending. Knows no clock: it depends on nothing else. */
export interface Pacer {
  next(): number;
}

/** One thread's part of an open load. */
export interface PacerSpec {
  /** Arrivals a second of all threads together. */
  readonly rate: number;
  readonly arrivals: Arrivals;
  readonly seed: number;
  readonly thread: number;
  readonly threads: number;
}

/**
 * The pacer of one of several threads. Together they make one schedule: threads take constant arrivals in turn, and
 * independent Poisson streams of 1/n of the rate add up to one of the whole rate.
 */
export function makePacer(spec: PacerSpec): Pacer {
  return spec.arrivals === 'constant' ? new ConstantPacer(spec) : new PoissonPacer(spec);
}

class ConstantPacer implements Pacer {
  readonly #spec: PacerSpec;
  #made = 0;

  constructor(spec: PacerSpec) {
    this.#spec = spec;
  }

  next(): number {
    const { rate, thread, threads } = this.#spec;
    // Of the whole schedule, so that rounding does not add up.
    return ((thread + threads * this.#made++) * 1e9) / rate;
  }
}

class PoissonPacer implements Pacer {
  readonly #meanNanos: number;
  readonly #random: () => number;
  #due = 0;

  constructor({ rate, seed, thread, threads }: PacerSpec) {
    this.#meanNanos = (threads * 1e9) / rate;
    this.#random = seededRandom(seed + thread * 7919);
  }

  next(): number {
    // Distances of a Poisson process are exponential: inversion, Knuth, TAOCP 3.4.1. The random number is below 1.
    this.#due -= Math.log(1 - this.#random()) * this.#meanNanos;
    return this.#due;
  }
}
