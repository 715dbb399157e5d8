import { median } from '../stats/median.ts';
import { type LookVerdict, lookAt, type MetricDifferences } from '../stats/regression.ts';
import { signTest } from '../stats/sign-test.ts';
import type { ArmName } from './order.ts';
import type { Gate } from './plan.ts';
import type { SessionReading } from './session.ts';

/** Of the sessions that were held, more than this share excluded makes a check worth nothing. */
const MAX_EXCLUDED = 0.25;
/** Halves of sessions that differ by more are a sign of a warm-up too short. */
const MAX_DRIFT = 0.02;

/** Sessions that count. */
export function counting(sessions: readonly SessionReading[]): SessionReading[] {
  return sessions.filter(({ excluded }) => excluded === undefined);
}

/** Are too many of these sessions excluded for a look to decide anything? Further ones may make up for it. */
export function tooManyExcluded(sessions: readonly SessionReading[]): boolean {
  const excluded = sessions.length - counting(sessions).length;
  return excluded > MAX_EXCLUDED * sessions.length;
}

/** What sessions say of each gated metric: ln of what one arm costs over what A does. */
export function differencesOf(
  sessions: readonly SessionReading[],
  gates: readonly Gate[],
  arm: Exclude<ArmName, 'a'> = 'b',
): MetricDifferences[] {
  return gates.map(({ metric, margins }) => ({
    metric,
    margins,
    differences: counting(sessions).map(
      ({ costs }) => (costs[arm]?.[metric] ?? Number.NaN) - (costs.a?.[metric] ?? Number.NaN),
    ),
  }));
}

/**
 * Is A told apart from its own copy? Then something but the programs makes a difference, and the check is worth nothing.
 * Looked for both ways and with no tolerance, as there is nothing to tolerate; and at levels of its own, 5 % over all
 * looks: to call off a check in vain does less harm than to trust one.
 * @param alpha of this look.
 */
export function nullArmFires(sessions: readonly SessionReading[], gates: readonly Gate[], alpha: number): boolean {
  const ways = differencesOf(sessions, gates, 'null').flatMap(({ metric, margins, differences }) => {
    const exact = { ...margins, tolerated: 0 };
    return [
      { metric, margins: exact, differences },
      { metric, margins: exact, differences: differences.map((difference) => -difference) },
    ];
  });
  const look = { sessions: sessions.length, alpha };
  return lookAt(ways, look, true).verdict === 'regressed';
}

/**
 * Did any arm become faster or slower within its sessions, again and again in the same direction?
 * @param alpha probability of finding so by chance at this look, over all arms: as of regressions, 1 % over all looks.
 */
export function isUnsteady(sessions: readonly SessionReading[], alpha: number): boolean {
  const arms = (['a', 'b', 'null'] as const).map((arm) => counting(sessions).flatMap(({ drift }) => drift[arm] ?? []));
  const present = arms.filter((drifts) => drifts.length > 0);
  return present.some((drifts) => Math.abs(median(drifts)) > MAX_DRIFT && signTest(drifts) <= alpha / present.length);
}

/** The metrics that a look found regressed. */
export function regressedMetrics({ metrics }: LookVerdict): string[] {
  return metrics.filter(({ finding }) => finding === 'regressed').map(({ metric }) => metric);
}
