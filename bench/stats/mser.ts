import { mean } from './mean.ts';

/** What MSER-5 finds in a series that begins with a warm-up. */
export interface WarmupCut {
  /** Number of values to leave out at the beginning: a multiple of 5. */
  readonly cut: number;
  /** Whether the cut is in the second half, so that the series never became steady. */
  readonly unsteady: boolean;
}

/** Values in a batch. Batch means reduce correlation. */
const BATCH = 5;

/**
 * Finds the warm-up by MSER-5: cuts off the beginning so that the standard error of the mean of the rest is smallest
 * (K. P. White, An Effective Truncation Heuristic for Bias Reduction in Simulation Output, Simulation 69, 1997; S.
 * Spratt, 1998). A cut in the second half is no cut but a sign of a series that is not steady. A rest of fewer than
 * five batches is not tried: its error is small by chance.
 */
export function mser5(series: readonly number[]): WarmupCut {
  const batches = Array.from({ length: Math.floor(series.length / BATCH) }, (_, i) =>
    mean(series.slice(i * BATCH, (i + 1) * BATCH)),
  );
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let cut = 0; cut <= Math.max(0, batches.length - 5); cut++) {
    const error = squaredError(batches.slice(cut));
    if (error < least) {
      least = error;
      best = cut;
    }
  }
  return { cut: best * BATCH, unsteady: best * 2 > batches.length };
}

/** Returns MSER's statistic: the sum of squared deviations over the square of the number of values. */
function squaredError(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length ** 2;
}
