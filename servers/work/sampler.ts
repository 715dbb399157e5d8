import type { Random } from '../random.ts';
import type { WorkSpec } from './spec.ts';

/** Draws what each request costs, the same in the same order for the same stream. */
export class WorkSampler {
  /** What the request drawn last costs. */
  cpuNanos = 0;
  ioNanos = 0;
  /** A draw below the i-th of them, and not below the one before, costs what is at i. */
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

  /** Draws for the next request. */
  next(): void {
    const drawn = this.#random();
    let i = 0;
    while (i < this.#bounds.length && drawn >= (this.#bounds[i] as number)) i++;
    this.cpuNanos = this.#cpu[i] ?? 0;
    this.ioNanos = this.#io[i] ?? 0;
  }
}
