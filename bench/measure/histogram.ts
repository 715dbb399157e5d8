/**
 * A histogram of durations with the bucket layout of HdrHistogram at three significant digits: below 2,048 ns every
 * value has its bucket; above, each doubling is divided into 1,024. Recording costs about 5 ns and allocates nothing.
 *
 * Counts live in a SharedArrayBuffer, so another thread may read percentiles while this one records.
 * @see http://hdrhistogram.org, Gil Tene
 */

/** log2 of the buckets in a doubling. */
const HALF_BITS = 10;
const HALF = 1 << HALF_BITS;
/** Values at or above this (73 minutes) are recorded as just below it. */
const HIGHEST_NANOS = 2 ** 42;
const BUCKETS = (42 - HALF_BITS) * HALF + HALF;
const TWO_31 = 2 ** 31;
const TWO_21 = 2 ** 21;

/** Bytes of shared memory that a histogram needs. */
export const HISTOGRAM_BYTES = BUCKETS * 4 + 2 * 8;

// Behind the counts, as doubles: the sum of all values, and the largest.
const SUM = 0;
const MAX = 1;

export class Histogram {
  readonly #counts: Uint32Array;
  readonly #totals: Float64Array;

  /**
   * @param buffer where to keep the counts; zeroed memory is an empty histogram. Default: memory of its own.
   * @param offset in bytes, a multiple of 8, with {@link HISTOGRAM_BYTES} behind it.
   */
  constructor(buffer: ArrayBufferLike = new ArrayBuffer(HISTOGRAM_BYTES), offset = 0) {
    this.#counts = new Uint32Array(buffer, offset, BUCKETS);
    this.#totals = new Float64Array(buffer, offset + BUCKETS * 4, 2);
  }

  /** Adds a duration in nanoseconds; fractions are cut, negative ones count as 0. */
  record(nanos: number): void {
    const value = nanos < 0 ? 0 : nanos >= HIGHEST_NANOS ? HIGHEST_NANOS - 1 : Math.floor(nanos);
    const index = bucketOf(value);
    const totals = this.#totals;
    this.#counts[index] = (this.#counts[index] as number) + 1;
    totals[SUM] = (totals[SUM] as number) + value;
    if (value > (totals[MAX] as number)) totals[MAX] = value;
  }

  /** How many values were recorded: counted when asked, so that recording need not. */
  get count(): number {
    let count = 0;
    for (const inBucket of this.#counts) count += inBucket;
    return count;
  }

  /** Largest value recorded, exactly, in nanoseconds; 0 when empty. */
  get max(): number {
    return this.#totals[MAX] as number;
  }

  /** Arithmetic mean in nanoseconds; 0 when empty. */
  get mean(): number {
    const { count } = this;
    return count === 0 ? 0 : (this.#totals[SUM] as number) / count;
  }

  /**
   * The value below or at which a share `q` of all values lies, in nanoseconds: the largest value of the bucket that
   * holds the ⌈q·count⌉-th one, never more than the maximum. 0 when empty.
   * @param q from 0 to 1.
   */
  quantile(q: number): number {
    const wanted = Math.max(1, Math.ceil(q * this.count));
    let seen = 0;
    for (let index = 0; index < BUCKETS; index++) {
      seen += this.#counts[index] as number;
      if (seen >= wanted) return Math.min(lowestOf(index) + widthOf(index) - 1, this.max);
    }
    return this.max;
  }

  /** Adds all that another histogram holds: percentiles of the sum are those of both together, exactly. */
  add(other: Histogram): void {
    for (let i = 0; i < BUCKETS; i++) {
      const more = other.#counts[i] as number;
      if (more > 0) this.#counts[i] = (this.#counts[i] as number) + more;
    }
    this.#totals[SUM] = (this.#totals[SUM] as number) + (other.#totals[SUM] as number);
    this.#totals[MAX] = Math.max(this.max, other.max);
  }

  /** What was recorded since an earlier copy of this one. Its maximum is that of all: the largest since is not known. */
  since(earlier: Histogram): Histogram {
    const latest = new Histogram();
    for (let i = 0; i < BUCKETS; i++) {
      const more = (this.#counts[i] as number) - (earlier.#counts[i] as number);
      if (more > 0) latest.#counts[i] = more;
    }
    latest.#totals[SUM] = (this.#totals[SUM] as number) - (earlier.#totals[SUM] as number);
    latest.#totals[MAX] = latest.count === 0 ? 0 : this.max;
    return latest;
  }

  reset(): void {
    this.#counts.fill(0);
    this.#totals.fill(0);
  }

  /** Every bucket that holds something, from low to high: its lowest value in nanoseconds and its count. */
  *buckets(): Generator<{ readonly lowest: number; readonly count: number }> {
    for (let index = 0; index < BUCKETS; index++) {
      const count = this.#counts[index] as number;
      if (count > 0) yield { lowest: lowestOf(index), count };
    }
  }
}

function bucketOf(value: number): number {
  if (value < 2 * HALF) return value;
  if (value < TWO_31) {
    const exponent = 31 - HALF_BITS - Math.clz32(value);
    return exponent * HALF + (value >>> exponent);
  }
  // Integer operators end at 32 bits: find the exponent from the upper part, shift by dividing.
  const exponent = 31 - HALF_BITS + 21 - Math.clz32(value / TWO_21);
  return exponent * HALF + Math.floor(value / 2 ** exponent);
}

function exponentOf(index: number): number {
  return index < 2 * HALF ? 0 : Math.floor(index / HALF) - 1;
}

function lowestOf(index: number): number {
  const exponent = exponentOf(index);
  return (index - exponent * HALF) * 2 ** exponent;
}

function widthOf(index: number): number {
  return 2 ** exponentOf(index);
}
