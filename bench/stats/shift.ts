import { median } from './median.ts';
import { studentQuantile } from './student-distribution.ts';
import type { Interval } from './walsh.ts';

/** How far one sample lies above another: two independent ones, such as the rounds of two runs. */
export interface Shift {
  /** Hodges and Lehmann's estimate: the median of all differences. NaN when a sample is empty. */
  readonly estimate: number;
  readonly interval: Interval;
}

/** Products of the sizes up to which the exact distribution is counted. */
const EXACT_UP_TO = 400;
/** Degrees of freedom at which Student's t is the normal distribution. */
const NORMAL_FREEDOM = 1e6;

/**
 * Returns how far `b` lies above `a`, and the interval of shifts that the two-sided Mann-Whitney test at `alpha` does not
 * reject (M. Hollander, D. Wolfe, Nonparametric Statistical Methods, 4.2 and 4.3; exact, or by the normal approximation
 * for large samples). From minus to plus infinity when there are too few values to reject anything.
 */
export function shift(a: readonly number[], b: readonly number[], alpha: number): Shift {
  const differences = b.flatMap((later) => a.map((earlier) => later - earlier)).sort((x, y) => x - y);
  const skipped = rejectable(a.length, b.length, alpha / 2);
  const { length } = differences;
  const interval =
    skipped < 1
      ? { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }
      : { low: differences[skipped - 1] as number, high: differences[length - skipped] as number };
  return { estimate: median(differences), interval };
}

/** Returns how many values of the statistic, from 0 up, have a total probability of at most `tail`. */
function rejectable(m: number, n: number, tail: number): number {
  const pairs = m * n;
  if (pairs > EXACT_UP_TO) {
    const deviation = Math.sqrt((pairs * (m + n + 1)) / 12);
    return Math.max(0, Math.floor(pairs / 2 - studentQuantile(tail, NORMAL_FREEDOM) * deviation));
  }
  const probabilities = statisticProbabilities(m, n);
  let cumulated = 0;
  for (let value = 0; value <= pairs; value++) {
    cumulated += probabilities[value] as number;
    if (cumulated > tail) return value;
  }
  return pairs;
}

/**
 * Returns the probability of each number of pairs in which the value of the second sample is the larger, 0 to m·n, when
 * all orders are equally likely. The largest of all values is equally likely to be any: when it belongs to the second
 * sample, it is above all m of the first.
 */
function statisticProbabilities(m: number, n: number): readonly number[] {
  // By number of values of the first sample, for as many of the second as were counted so far.
  let rows: number[][] = Array.from({ length: m + 1 }, () => [1]);
  for (let second = 1; second <= n; second++) {
    const next: number[][] = [[1]];
    for (let first = 1; first <= m; first++) {
      const share = second / (first + second);
      const [without, withIt] = [rows[first] as number[], next[first - 1] as number[]];
      next.push(
        Array.from(
          { length: first * second + 1 },
          (_, value) => share * (without[value - first] ?? 0) + (1 - share) * (withIt[value] ?? 0),
        ),
      );
    }
    rows = next;
  }
  return rows[m] as number[];
}
