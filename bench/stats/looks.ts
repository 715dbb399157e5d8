import { smallestP } from './signed-rank.ts';

/** A time at which a sequential test may decide. */
export interface Look {
  /** Sessions that count by then. */
  readonly sessions: number;
  /** Probability of a false alarm spent here, over all metrics together. */
  readonly alpha: number;
}

/** Looks of a regression check: 1 % of false alarms in all, by Bonferroni over the looks. */
export const defaultLooks: readonly Look[] = [
  { sessions: 10, alpha: 0.004 },
  { sessions: 14, alpha: 0.002 },
  { sessions: 18, alpha: 0.002 },
  { sessions: 24, alpha: 0.002 },
];

/** Probability spent at each look of passing what is worse by the margin that must be detected: 5 % over four looks. */
export const PASS_ALPHA = 0.0125;

/** Probability spent at each look of telling A from its own copy, in which nothing differs: 5 % over four looks. */
export const NULL_ALPHA = 0.0125;

/**
 * Looks at which nothing could ever be found: not even sessions that all agree have a small enough p for the first step
 * of Holm's procedure over so many metrics.
 */
export function futileLooks(looks: readonly Look[], metrics: number): Look[] {
  return looks.filter(({ sessions, alpha }) => smallestP(sessions, 'greater') > alpha / metrics);
}

/** The fewest sessions that could find something with `alpha` over so many metrics. */
export function sessionsToFind(alpha: number, metrics: number): number {
  return Math.ceil(Math.log2(metrics / alpha));
}
