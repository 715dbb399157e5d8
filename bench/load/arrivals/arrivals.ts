import type { Random } from '../../../servers/random/streams.ts';

/**
 * Arrivals in operational time, where one is expected per unit: the k-th arrival comes when the load's profile expects
 * k. Ascending. Produces one thread's share.
 */
export interface ArrivalProcess {
  next(): number;
}

/** Arrivals at equal distances; threads take them in turn. */
export class ConstantArrivals implements ArrivalProcess {
  readonly #thread: number;
  readonly #threads: number;
  #made = 0;

  constructor(thread: number, threads: number) {
    this.#thread = thread;
    this.#threads = threads;
  }

  next(): number {
    return this.#thread + this.#threads * this.#made++;
  }
}

/** Independent arrivals. The threads' streams of 1/n of the rate add up to one of the whole rate. */
export class PoissonArrivals implements ArrivalProcess {
  readonly #threads: number;
  readonly #random: Random;
  #due = 0;

  constructor(threads: number, random: Random) {
    this.#threads = threads;
    this.#random = random;
  }

  next(): number {
    // Distances in a Poisson process are exponential: inversion, Knuth, TAOCP 3.4.1. The random number is below 1.
    this.#due -= Math.log(1 - this.#random()) * this.#threads;
    return this.#due;
  }
}
