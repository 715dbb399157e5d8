import { untiedTails } from './signed-rank.ts';

/** Bounds of a confidence interval. A side that cannot be determined is infinite. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * Returns the means of all pairs of values, each value also paired with itself: n(n + 1)/2 of them, in ascending order
 * (J. E. Walsh, Annals of Mathematical Statistics 20, 1949). The number of them above a value equals the sum of the
 * positive signed ranks of the differences to it. So they give the estimate and the interval that belong to the
 * signed-rank test.
 */
export function walshAverages(values: readonly number[]): Float64Array {
  const averages = new Float64Array((values.length * (values.length + 1)) / 2);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    for (let j = i; j < values.length; j++) averages[at++] = ((values[i] as number) + (values[j] as number)) / 2;
  }
  return averages.sort();
}

/**
 * Returns the centre of values that scatter symmetrically: the median of their Walsh averages (J. L. Hodges, E. L.
 * Lehmann, Annals of Mathematical Statistics 34, 1963). NaN for no values.
 */
export function hodgesLehmann(values: readonly number[]): number {
  return middleOf(walshAverages(values));
}

/**
 * Returns the interval of centres that the two-sided signed-rank test at `alpha` does not reject. It contains the true
 * one with a confidence of at least 1 - alpha (M. Hollander, D. Wolfe, Nonparametric Statistical Methods, 3.3). From
 * minus to plus infinity when the values are too few to reject anything.
 */
export function walshInterval(values: readonly number[], alpha: number): Interval {
  return intervalOf(walshAverages(values), values.length, alpha);
}

/** Returns the centre of {@link hodgesLehmann} with the interval of {@link walshInterval}, from the same averages. */
export function walshEstimate(
  values: readonly number[],
  alpha: number,
): { readonly estimate: number; readonly interval: Interval } {
  const averages = walshAverages(values);
  return { estimate: middleOf(averages), interval: intervalOf(averages, values.length, alpha) };
}

function middleOf(sorted: Float64Array): number {
  const upper = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[upper] as number;
  return sorted.length === 0 ? Number.NaN : ((sorted[upper - 1] as number) + (sorted[upper] as number)) / 2;
}

function intervalOf(averages: Float64Array, n: number, alpha: number): Interval {
  const skipped = rejectable(n, alpha / 2);
  if (skipped < 1) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
  return { low: averages[skipped - 1] as number, high: averages[averages.length - skipped] as number };
}

/** Returns how many sums of the ranks 1 to n, from 0 up, have a total probability of at most `alpha`, below a half. */
function rejectable(n: number, alpha: number): number {
  const tails = untiedTails(n);
  let sum = 0;
  while (sum < tails.length && (tails[sum] as number) <= alpha) sum++;
  return sum;
}
