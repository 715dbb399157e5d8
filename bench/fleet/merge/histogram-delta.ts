import * as z from 'zod';
import type { Histogram } from '../../measure/histogram.ts';

/** Buckets in a message: about 100 KB of JSON at most. */
const BUCKETS_IN_PART = 4096;

/** What a histogram recorded in some time, or a piece of that: buckets that are added to the histogram of the whole. */
export const histogramDeltaSchema = z.object({
  /** Sum of the values, in nanoseconds; of all pieces, only the first has it. */
  sum: z.number().nonnegative(),
  /** Largest value so far, in nanoseconds. */
  max: z.number().nonnegative(),
  /** The lowest value of a bucket in nanoseconds, then its count, for each bucket that is not empty. */
  buckets: z.custom<readonly number[]>(areBuckets, { message: 'not pairs of whole numbers' }),
});
/** Checks all numbers in one loop: by a schema of each, most of a controller's CPU time would be spent on it. */
function areBuckets(value: unknown): boolean {
  if (!Array.isArray(value) || value.length % 2 !== 0 || value.length > 2 * BUCKETS_IN_PART) return false;
  return value.every((number) => Number.isSafeInteger(number) && (number as number) >= 0);
}

export type HistogramDelta = Readonly<z.infer<typeof histogramDeltaSchema>>;

/** Returns the contents of a histogram in pieces that each fit into a message; none when it is empty. */
export function deltasOf(histogram: Histogram): HistogramDelta[] {
  const flat = [...histogram.buckets()].flatMap(({ lowest, count }) => [lowest, count]);
  const deltas: HistogramDelta[] = [];
  for (let at = 0; at < flat.length; at += 2 * BUCKETS_IN_PART) {
    const buckets = flat.slice(at, at + 2 * BUCKETS_IN_PART);
    deltas.push({ sum: at === 0 ? histogram.sum : 0, max: histogram.max, buckets });
  }
  return deltas;
}

/** Adds a piece to a histogram. Percentiles of the sum are exactly those of all values together. */
export function addDelta(histogram: Histogram, { sum, max, buckets }: HistogramDelta): void {
  for (let i = 0; i < buckets.length; i += 2) {
    histogram.addBucket(buckets[i] as number, buckets[i + 1] as number);
  }
  histogram.addTotals(sum, max);
}
