import { mean, trimmedMean, trimmedVariance, variance } from './mean.ts';
import { studentQuantile } from './student-distribution.ts';

/** Variances of one metric's paired difference: ln of B's cost minus ln of A's. */
export interface Scatter {
  /** Variance between sessions, if their windows were endless. */
  readonly between: number;
  /** Variance of one pair of windows, one of each program, within a session. */
  readonly within: number;
}

/** Degrees of freedom at which Student's t gives normal quantiles. */
const MANY = 100_000;

/**
 * Estimates the scatter between and within sessions by an analysis of variance with one random effect (W. Cochran,
 * Sampling Techniques, chapter 10). A few sessions are a poor estimate of the variance between them, so it is at least
 * `least`.
 * @param sessions for each, the differences of its pairs of windows; a session with fewer than two is ignored.
 * @param trimmed share of a session's pairs that is left out at either end.
 */
export function scatterOf(sessions: readonly (readonly number[])[], least: number, trimmed = 0): Scatter {
  const usable = sessions.filter((pairs) => pairs.length > 1 && pairs.every(Number.isFinite));
  if (usable.length === 0) return { between: least, within: 0 };
  const within = mean(usable.map((pairs) => trimmedVariance(pairs, trimmed)));
  const error = mean(usable.map((pairs) => within / pairs.length));
  const observed = usable.length > 1 ? variance(usable.map((pairs) => trimmedMean(pairs, trimmed))) : 0;
  return { between: Math.max(least, observed - error), within };
}

/** Returns the variance of one session's estimate of a metric, with the given number of pairs of windows. */
export function sessionVariance({ between, within }: Scatter, pairs: number): number {
  return between + within / pairs;
}

/**
 * Returns the number of sessions after which a difference with this variance is distinguished from one that is
 * `distance` away, by a one-sided test at `alpha` with a probability of `power`:
 * ((z(alpha) + z(1 − power))·σ / distance)².
 */
export function sessionsFor(variance: number, distance: number, alpha: number, power: number): number {
  const z = studentQuantile(alpha, MANY) + studentQuantile(1 - power, MANY);
  return Math.ceil((z * z * variance) / (distance * distance));
}

/** One way to divide a session into windows, and what it takes. */
export interface Allocation {
  readonly sessionMs: number;
  /** Expected number of sessions until every metric is decided. */
  readonly sessions: number;
}

/**
 * Returns the allocation with which a decision takes the least time. For one metric that is Cochran's optimum, √(cost
 * of a start / cost of a window · within / between) windows a session. With several metrics, and windows of two kinds,
 * it is found by trying all.
 * @param fewest sessions that the first look takes.
 * @param preferred sessions that should fit; only if no way allows them, `fewest` must.
 * @param leftMs time that is left.
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
