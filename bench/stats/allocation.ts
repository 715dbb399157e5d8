import { mean, trimmedMean, trimmedVariance, variance } from './mean.ts';
import { studentQuantile } from './student-distribution.ts';

/** How one metric's paired difference, ln of B's cost less ln of A's, scatters: as variances. */
export interface Scatter {
  /** Of what sessions would say if their windows were endless. */
  readonly between: number;
  /** Of one pair of windows, one of each program, within a session. */
  readonly within: number;
}

/** Normal quantiles, as Student's t with very many degrees of freedom. */
const MANY = 100_000;

/**
 * Scatter between and within sessions: analysis of variance of one random effect (W. Cochran, Sampling Techniques,
 * chapter 10). A few sessions tell little of what is between them, so that it is at least `least`.
 * @param sessions of each, the differences of its pairs of windows; those with fewer than two tell nothing.
 * @param trimmed share of a session's pairs that is left out at either end.
 */
export function scatterOf(sessions: readonly (readonly number[])[], least: number, trimmed = 0): Scatter {
  const told = sessions.filter((pairs) => pairs.length > 1 && pairs.every(Number.isFinite));
  if (told.length === 0) return { between: least, within: 0 };
  const within = mean(told.map((pairs) => trimmedVariance(pairs, trimmed)));
  const error = mean(told.map((pairs) => within / pairs.length));
  const observed = told.length > 1 ? variance(told.map((pairs) => trimmedMean(pairs, trimmed))) : 0;
  return { between: Math.max(least, observed - error), within };
}

/** Variance of what one session says of a metric, with that many pairs of windows. */
export function sessionVariance({ between, within }: Scatter, pairs: number): number {
  return between + within / pairs;
}

/**
 * Sessions after which a difference of that variance is told from one that is `distance` away, by a one-sided test at
 * `alpha` with a probability of `power`: ((z(alpha) + z(1 − power))·σ / distance)².
 */
export function sessionsFor(variance: number, distance: number, alpha: number, power: number): number {
  const z = studentQuantile(alpha, MANY) + studentQuantile(1 - power, MANY);
  return Math.ceil((z * z * variance) / (distance * distance));
}

/** One way to hold a session, and what it takes. */
export interface Allocation {
  readonly sessionMs: number;
  /** Sessions until every metric is decided, most likely. */
  readonly sessions: number;
}

/**
 * The allocation with which a decision takes the least time. For one metric that is Cochran's optimum, √(cost of a start
 * / cost of a window · within / between) windows a session; with several, and windows of two kinds, it is found by trying all.
 * @param fewest sessions that the first look takes.
 * @param leftMs time that is left: ways are preferred with which it holds `preferred` sessions, or else `fewest`.
 * @returns undefined when not even `fewest` sessions fit, in any way.
 */
export function quickest<T extends Allocation>(
  ways: readonly T[],
  fewest: number,
  preferred: number,
  leftMs: number,
): T | undefined {
  const holding = (sessions: number) => ways.filter(({ sessionMs }) => sessionMs * sessions <= leftMs);
  const [comfortable, possible] = [holding(preferred), holding(fewest)];
  const candidates = comfortable.length > 0 ? comfortable : possible;
  const timeOf = ({ sessionMs, sessions }: Allocation) => sessionMs * Math.max(fewest, sessions);
  return candidates.reduce<T | undefined>(
    (best, way) => (best === undefined || timeOf(way) < timeOf(best) ? way : best),
    undefined,
  );
}
