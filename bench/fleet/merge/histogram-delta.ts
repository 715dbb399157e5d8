import * as z from 'zod';
import { BUCKETS, Histogram } from '../../measure/histogram.ts';
import { MAX_VARINT_BYTES, VarintReader, writeVarint } from './varints.ts';

/** Buckets in a message: about 110 KB at most. */
const BUCKETS_IN_PART = 8192;
const MAX_PART_BYTES = BUCKETS_IN_PART * 2 * MAX_VARINT_BYTES;

/** What a histogram recorded in some time, or a piece of that: buckets that are added to the histogram of the whole. */
export const histogramDeltaSchema = z.object({
  /** Sum of the values, in nanoseconds; of all pieces, only the first has it. */
  sum: z.number().nonnegative(),
  /** Largest value so far, in nanoseconds. */
  max: z.number().nonnegative(),
  /**
   * For each bucket that has grown, ascending: how far its number is above that of the one before (of the first, the number
   * itself), and by how much it has grown. Both are LEB128 numbers; all are base64. As JSON numbers, an agent would need
   * a hundredth of a CPU to write them.
   */
  buckets: z.custom<string>(areBuckets, { message: 'not pairs of numbers' }),
});
export type HistogramDelta = Readonly<z.infer<typeof histogramDeltaSchema>>;

/** Returns the contents of a histogram in pieces that each fit into a message; none when it is empty. */
export function deltasOf(histogram: Histogram, earlier: Histogram = new Histogram()): HistogramDelta[] {
  const bytes = Buffer.allocUnsafe(MAX_PART_BYTES);
  const deltas: HistogramDelta[] = [];
  let [at, buckets, last] = [0, 0, 0];
  const endPiece = () => {
    const sum = deltas.length === 0 ? histogram.sum - earlier.sum : 0;
    deltas.push({ sum, max: histogram.max, buckets: bytes.toString('base64', 0, at) });
    [at, buckets, last] = [0, 0, 0];
  };
  histogram.visitSince(earlier, (index, more) => {
    at = writeVarint(bytes, writeVarint(bytes, at, index - last), more);
    last = index;
    if (++buckets === BUCKETS_IN_PART) endPiece();
  });
  if (buckets > 0) endPiece();
  return deltas;
}

/** Adds a piece to a histogram. Percentiles of the sum are exactly those of all values together. */
export function addDelta(histogram: Histogram, { sum, max, buckets }: HistogramDelta): void {
  readBuckets(buckets, (index, more) => histogram.addBucket(index, more));
  histogram.addTotals(sum, max);
}

/** Checks all numbers in one loop: by a schema of each, most of a controller's CPU time would be spent on it. */
function areBuckets(value: unknown): boolean {
  if (typeof value !== 'string' || value.length > Math.ceil(MAX_PART_BYTES / 3) * 4) return false;
  return readBuckets(value, () => undefined);
}

/** Visits each bucket. @returns whether all are buckets. */
function readBuckets(text: string, visit: (index: number, more: number) => void): boolean {
  const reader = new VarintReader(Buffer.from(text, 'base64'));
  let index = 0;
  while (!reader.isAtEnd) {
    index += reader.next();
    const more = reader.next();
    // Not a number compares as false.
    if (!(index < BUCKETS && more > 0)) return false;
    visit(index, more);
  }
  return true;
}
