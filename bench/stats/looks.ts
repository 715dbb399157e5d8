import { smallestP } from './signed-rank.ts';

/** A time at which a sequential test may decide. */
export interface Look {
  /** Sessions that count by then. */
  readonly sessions: number;
  /**
   * Probability of a false alarm spent here, over all metrics together. With 0, B may pass at this look, but no metric
   * is called worse.
   */
  readonly alpha: number;
}

/** Probability of a false alarm in a whole check, over all metrics and all looks. */
export const ALPHA = 0.01;

/** Probability, over all looks, of a false alarm between A and its own copy. */
export const NULL_ALPHA = 0.05;

/**
 * Level of the test by which a look lets B pass. At one-sided .0125 a look, up to eight looks together pass a B that is
 * worse by the margin that must be detected with a probability of at most 5 %: Pocock's boundary for that is .0130 (S.
 * Pocock, Group Sequential Methods in the Design and Analysis of Clinical Trials, Biometrika 64, 1977; C. Jennison, B.
 * Turnbull, Group Sequential Methods, table 2.1).
 */
export const PASS_ALPHA = 0.0125;

/** Sessions of the looks that a budget may reach. At most eight: see {@link PASS_ALPHA}. */
const SIZES = [10, 14, 18, 24, 32, 44, 60, 82] as const;
export const FEWEST_SESSIONS = SIZES[0];
export const MAX_SESSIONS = SIZES[SIZES.length - 1] as number;

/** Fewest sessions after the last regular look that justify one more look, at the end of the budget. */
const MIN_STEP = 2;

/**
 * Returns the sessions of each look of a check with time for `most` sessions; empty when the first look is not reached.
 */
export function lookSizes(most: number): number[] {
  const reached = Math.min(most, MAX_SESSIONS);
  const sizes = SIZES.filter((size) => size <= reached);
  const last = sizes.at(-1);
  return last !== undefined && reached >= last + MIN_STEP ? [...sizes, reached] : sizes;
}

/**
 * Returns how much of `alpha` may be spent by the time a share of the planned sessions is done: alpha·√share, of the
 * power family (K. Kim, D. DeMets, Biometrika 74, 1987; exponent ½). It spends early, because the exact test cannot
 * reach a small level with few sessions: with four metrics, ten sessions need .0039, and get .0041 of the 1 % when 60
 * are planned.
 */
export function spendable(alpha: number, share: number): number {
  return alpha * Math.sqrt(Math.min(1, share));
}

/**
 * Returns the looks at these sizes, each with its increment of what may be spent (K. Lan, D. DeMets, Biometrika 70,
 * 1983). By the union bound, their sum holds for all of them together, however the looks depend on each other. A look
 * is futile when even sessions that all agree have too large a p for the first step of Holm's procedure. It spends
 * nothing, and leaves its part to the next look. What the last looks cannot use goes to the last one that can.
 * @param sizes in ascending order.
 * @param metrics number of metrics tested at each look.
 */
export function planLooks(sizes: readonly number[], metrics: number, alpha: number): Look[] {
  const last = sizes.at(-1) ?? 0;
  let spent = 0;
  const looks = sizes.map((sessions) => {
    const level = spendable(alpha, sessions / last) - spent;
    if (isFutile({ sessions, alpha: level }, metrics)) return { sessions, alpha: 0 };
    spent += level;
    return { sessions, alpha: level };
  });
  const final = looks.findLastIndex((look) => look.alpha > 0);
  if (final === -1)
    return isFutile({ sessions: last, alpha }, metrics) ? looks : withAlpha(looks, looks.length - 1, alpha);
  return withAlpha(looks, final, (looks[final]?.alpha ?? 0) + alpha - spent);
}

function withAlpha(looks: readonly Look[], at: number, alpha: number): Look[] {
  return looks.map((look, i) => (i === at ? { ...look, alpha } : look));
}

/** Returns what looks spend together. */
export function spentBy(looks: readonly Pick<Look, 'alpha'>[]): number {
  return looks.reduce((sum, { alpha }) => sum + alpha, 0);
}

/** Reports whether this look cannot find anything, even from sessions that all agree. */
export function isFutile({ sessions, alpha }: Look, metrics: number): boolean {
  return smallestP(sessions, 'greater') > alpha / metrics;
}

/** Returns the fewest sessions that can find something with `alpha` over the given number of metrics. */
export function sessionsToFind(alpha: number, metrics: number): number {
  return Math.ceil(Math.log2(metrics / alpha));
}
