/**
 * A histogram of durations with the bucket layout of HdrHistogram at three significant digits: below 2,048 ns every
 * value has its own bucket; above, each doubling is divided into 1,024. Recording takes about 5 ns and does not
 * allocate.
 *
 * Counts may live in a SharedArrayBuffer, so that another thread can read percentiles while this one records.
 * @see http://hdrhistogram.org, Gil Tene
 */

/** log2 of the number of buckets in a doubling. */
const HALF_BITS = 10;
const HALF = 1 << HALF_BITS;
/** Values of 73 minutes or more are recorded as just below this. */
const HIGHEST_NANOS = 2 ** 42;
/** Number of buckets. */
export const BUCKETS = (42 - HALF_BITS) * HALF + HALF;
const TWO_31 = 2 ** 31;
const TWO_21 = 2 ** 21;

/** Bytes of memory that a histogram needs. */
export const HISTOGRAM_BYTES = BUCKETS * 4 + 2 * 8;

// After the counts, as doubles: the sum of all values, and the largest value.
const SUM = 0;
const MAX = 1;

export class Histogram {
  readonly #counts: Uint32Array;
  readonly #totals: Float64Array;

  /**
   * @param buffer memory for the counts; zeroed memory is an empty histogram. Default: memory that it allocates.
   * @param offset in bytes, a multiple of 8, followed by at least {@link HISTOGRAM_BYTES}.
   */
  constructor(buffer: ArrayBufferLike = new ArrayBuffer(HISTOGRAM_BYTES), offset = 0) {
    this.#counts = new Uint32Array(buffer, offset, BUCKETS);
    this.#totals = new Float64Array(buffer, offset + BUCKETS * 4, 2);
  }

  /** Adds a duration in nanoseconds. Fractions are cut off; negative durations count as 0. */
  record(nanos: number): void {
    const value = nanos < 0 ? 0 : nanos >= HIGHEST_NANOS ? HIGHEST_NANOS - 1 : Math.floor(nanos);
    const index = bucketOf(value);
    const totals = this.#totals;
    this.#counts[index] = (this.#counts[index] as number) + 1;
    totals[SUM] = (totals[SUM] as number) + value;
    if (value > (totals[MAX] as number)) totals[MAX] = value;
  }

  /** Number of values recorded. It is summed on each read, so that recording need not count. */
  get count(): number {
    const end = this.#end;
    let count = 0;
    // By index: a short run sums too few times to be compiled, and interpreted iterators take twice as long.
    for (let index = 0; index < end; index++) count += this.#counts[index] as number;
    return count;
  }

  /** Index above which all buckets are empty. Most values are short: those below 1 ms are in a quarter of the buckets. */
  get #end(): number {
    return bucketOf(this.max) + 1;
  }

  /** Largest value recorded, exact, in nanoseconds; 0 when empty. */
  get max(): number {
    return this.#totals[MAX] as number;
  }

  /** Sum of all values, in nanoseconds. */
  get sum(): number {
    return this.#totals[SUM] as number;
  }

  /** Arithmetic mean in nanoseconds; 0 when empty. */
  get mean(): number {
    const { count } = this;
    return count === 0 ? 0 : (this.#totals[SUM] as number) / count;
  }

  /**
   * Returns the value in nanoseconds at or below which a share `q` of all values lies: the largest value of the bucket
   * that holds the ⌈q·count⌉-th one, at most the maximum. 0 when empty.
   * @param q from 0 to 1.
   */
  quantile(q: number): number {
    const wanted = Math.max(1, Math.ceil(q * this.count));
    const end = this.#end;
    let seen = 0;
    for (let index = 0; index < end; index++) {
      seen += this.#counts[index] as number;
      if (seen >= wanted) return Math.min(lowestOf(index) + widthOf(index) - 1, this.max);
    }
    return this.max;
  }

  /** Adds all values of another histogram. Percentiles of the sum are exactly those of both together. */
  add(other: Histogram): void {
    const end = other.#end;
    for (let i = 0; i < end; i++) {
      const more = other.#counts[i] as number;
      if (more > 0) this.#counts[i] = (this.#counts[i] as number) + more;
    }
    this.addTotals(other.sum, other.max);
  }

  /**
   * Adds values to a bucket, whose number is as {@link visitSince} has it, below {@link BUCKETS}. Call {@link addTotals}
   * for their sum and maximum, too.
   */
  addBucket(index: number, count: number): void {
    this.#counts[index] = (this.#counts[index] as number) + count;
  }

  /** Adds the sum of other values, and their maximum. */
  addTotals(sum: number, max: number): void {
    this.#totals[SUM] = this.sum + sum;
    this.#totals[MAX] = Math.max(this.max, max);
  }

  /**
   * Returns what was recorded since an earlier copy of this histogram. Its maximum is the overall one, because the
   * largest value since then is not known.
   */
  since(earlier: Histogram): Histogram {
    const latest = new Histogram();
    const end = this.#end;
    for (let i = 0; i < end; i++) {
      const more = (this.#counts[i] as number) - (earlier.#counts[i] as number);
      if (more <= 0) continue;
      latest.#counts[i] = more;
      latest.#totals[MAX] = this.max;
    }
    latest.#totals[SUM] = (this.#totals[SUM] as number) - (earlier.#totals[SUM] as number);
    return latest;
  }

  /**
   * Visits each bucket that has grown since an earlier copy of this histogram, in ascending order: its number, and by how
   * much.
   */
  visitSince(earlier: Histogram, visit: (index: number, more: number) => void): void {
    const end = this.#end;
    for (let i = 0; i < end; i++) {
      const more = (this.#counts[i] as number) - (earlier.#counts[i] as number);
      if (more > 0) visit(i, more);
    }
  }

  reset(): void {
    this.#counts.fill(0, 0, this.#end);
    this.#totals.fill(0);
  }

  /** Yields every bucket that is not empty, in ascending order: its lowest value in nanoseconds, and its count. */
  *buckets(): Generator<{ readonly lowest: number; readonly count: number }> {
    const end = this.#end;
    for (let index = 0; index < end; index++) {
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
  // Integer operators are limited to 32 bits: find the exponent from the upper part, and shift by dividing.
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
