import { median } from './median.ts';
import type { Interval } from './walsh.ts';

/** How far one sample lies above another: two independent ones, such as the runs before and after a change. */
export interface Shift {
  /** Hodges and Lehmann's estimate: the median of all differences. NaN when a sample is empty. */
  readonly estimate: number;
  readonly interval: Interval;
}

/**
 * Returns how far `after` lies above `before`, of the same shape (J. L. Hodges, E. L. Lehmann, Annals of Mathematical
 * Statistics 34, 1963), and the interval of shifts that the two-sided rank-sum test of Mann and Whitney at `alpha` does
 * not reject (M. Hollander, D. Wolfe, Nonparametric Statistical Methods, 4.3): exact without ties, wider with them. From
 * minus to plus infinity when the samples are too small to reject anything.
 */
export function shift(before: readonly number[], after: readonly number[], alpha: number): Shift {
  const differences = after.flatMap((late) => before.map((early) => late - early)).sort((a, b) => a - b);
  const skipped = rejectable(before.length, after.length, alpha / 2);
  const interval =
    skipped < 1
      ? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
      : {
          low: differences[skipped - 1] as number,
          high: differences[differences.length - skipped] as number,
        };
  return { estimate: median(differences), interval };
}

/**
 * Returns how many values of Mann and Whitney's U, from 0 up, have a total probability of at most `alpha`. The number of
 * orders with each U are the coefficients of the Gaussian binomial: the product over i = 1 … m of
 * (1 - q^(n + i))/(1 - q^i).
 */
function rejectable(m: number, n: number, alpha: number): number {
  const orders = new Float64Array(m * n + 1);
  orders[0] = 1;
  for (let i = 1; i <= m; i++) {
    for (let u = orders.length - 1; u >= n + i; u--) orders[u] = (orders[u] as number) - (orders[u - n - i] as number);
    for (let u = i; u < orders.length; u++) orders[u] = (orders[u] as number) + (orders[u - i] as number);
  }
  const all = orders.reduce((sum, each) => sum + each, 0);
  let cumulated = 0;
  for (let u = 0; u < orders.length; u++) {
    cumulated += (orders[u] as number) / all;
    if (cumulated > alpha) return u;
  }
  return orders.length;
}
