import type { Random } from '../random/streams.ts';
import type { WorkSpec } from './spec.ts';

/** Draws the cost of each request. The same random stream gives the same sequence of costs. */
export class WorkSampler {
  /** Cost of the request drawn last. */
  cpuNanos = 0;
  ioNanos = 0;
  /** Cumulative shares: a draw below bound i, and not below bound i - 1, has the cost at index i. */
  readonly #bounds: Float64Array;
  readonly #cpu: Float64Array;
  readonly #io: Float64Array;
  readonly #random: Random;

  constructor({ parts, cacheHit }: WorkSpec, random: Random) {
    let bound = 0;
    this.#bounds = Float64Array.from(parts, ({ share }) => {
      bound += share * (1 - cacheHit);
      return bound;
    });
    this.#cpu = Float64Array.from(parts, ({ cpuNanos }) => cpuNanos);
    this.#io = Float64Array.from(parts, ({ ioNanos }) => ioNanos);
    this.#random = random;
  }

  /** Draws the cost of the next request. */
  next(): void {
    const drawn = this.#random();
    let i = 0;
    while (i < this.#bounds.length && drawn >= (this.#bounds[i] as number)) i++;
    this.cpuNanos = this.#cpu[i] ?? 0;
    this.ioNanos = this.#io[i] ?? 0;
  }
}
