import type { WorkSpec } from './spec.ts';

/** 2^32 divided by the golden ratio: neighbouring seeds come to lie far apart. */
const GOLDEN = 0x9e3779b9;

/** Draws what each request costs, the same in the same order for the same seed. Nothing is allocated for a draw. */
export class WorkSampler {
  /** What the request drawn last costs. */
  cpuNanos = 0;
  ioNanos = 0;
  /** A draw below the i-th of them, and not below the one before, costs what is at i. */
  readonly #bounds: Float64Array;
  readonly #cpu: Float64Array;
  readonly #io: Float64Array;
  #state: number;

  constructor({ parts, cacheHit, seed }: WorkSpec) {
    let bound = 0;
    this.#bounds = Float64Array.from(parts, ({ share }) => {
      bound += share * (1 - cacheHit);
      return bound;
    });
    this.#cpu = Float64Array.from(parts, ({ cpuNanos }) => cpuNanos);
    this.#io = Float64Array.from(parts, ({ ioNanos }) => ioNanos);
    // Any state but zero, which xorshift never leaves.
    this.#state = Math.imul(seed + 1, GOLDEN) | 0 || GOLDEN | 0;
  }

  /** Draws for the next request. */
  next(): void {
    const drawn = this.#draw();
    let i = 0;
    while (i < this.#bounds.length && drawn >= (this.#bounds[i] as number)) i++;
    this.cpuNanos = this.#cpu[i] ?? 0;
    this.ioNanos = this.#io[i] ?? 0;
  }

  /** A number in [0, 1). Marsaglia, Xorshift RNGs (2003), section 3: 32 bits, shifted by 13, 17 and 5. */
  #draw(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) / 2 ** 32;
  }
}
