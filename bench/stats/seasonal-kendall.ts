import { normalTail } from './normal-distribution.ts';

/** Whether values rise or fall in their order, over several series together. */
export interface Trend {
  /** Kendall's tau: −1 when every series falls throughout, 1 when every one rises. */
  readonly tau: number;
  /** Two-sided. 1 when no series has two different values. */
  readonly p: number;
}

/**
 * Tests whether values tend to rise or to fall in their order: the seasonal Kendall test (R. M. Hirsch, J. R. Slack,
 * R. A. Smith, Water Resources Research 18, 1982), which adds up Mann and Kendall's statistic of several series. Each is
 * compared only with itself, so they may be as different as they like. The null hypothesis is that all orders of each
 * are equally likely. Normal approximation with correction for continuity and for ties: for ten pairs or more in all.
 */
export function seasonalKendall(series: readonly (readonly number[])[]): Trend {
  const sum = (count: (values: readonly number[]) => number) => series.reduce((total, each) => total + count(each), 0);
  const statistic = sum(concordance);
  const variance = sum(varianceOf);
  const pairs = sum(({ length }) => (length * (length - 1)) / 2);
  if (variance === 0) return { tau: 0, p: 1 };
  const z = Math.max(0, Math.abs(statistic) - 1) / Math.sqrt(variance);
  return { tau: statistic / pairs, p: Math.min(1, 2 * normalTail(z)) };
}

/** Returns the number of pairs that rise, minus that of pairs that fall. */
function concordance(values: readonly number[]): number {
  return values.reduce(
    (sum, later, i) => sum + values.slice(0, i).reduce((all, earlier) => all + Math.sign(later - earlier), 0),
    0,
  );
}

function varianceOf(values: readonly number[]): number {
  const ties = new Map<number, number>();
  for (const value of values) ties.set(value, (ties.get(value) ?? 0) + 1);
  const term = (n: number) => n * (n - 1) * (2 * n + 5);
  return (term(values.length) - [...ties.values()].reduce((sum, n) => sum + term(n), 0)) / 18;
}
