import { median } from '../stats/median.ts';
import { type LookVerdict, lookAt, type MetricDifferences } from '../stats/regression.ts';
import { signTest } from '../stats/sign-test.ts';
import type { ArmName } from './order.ts';
import type { Gate } from './plan.ts';
import type { SessionReading } from './session.ts';

/** A check is invalid when more than this share of its sessions is excluded. */
const MAX_EXCLUDED = 0.25;
/** A larger drift between the halves of sessions indicates a warm-up that is too short. */
const MAX_DRIFT = 0.02;

/** Returns the sessions that are not excluded. */
export function counting(sessions: readonly SessionReading[]): SessionReading[] {
  return sessions.filter(({ excluded }) => excluded === undefined);
}

/**
 * Reports whether too many sessions are excluded for a look to decide anything. Further sessions may make up for them.
 */
export function tooManyExcluded(sessions: readonly SessionReading[]): boolean {
  const excluded = sessions.length - counting(sessions).length;
  return excluded > MAX_EXCLUDED * sessions.length;
}

/** Returns, for each gated metric, ln(cost of an arm / cost of A) in each session that counts. */
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
 * Reports whether A is distinguished from its own copy. If so, something other than the programs makes a difference,
 * and the check is invalid. Tests both directions and without a tolerance, as the copies are equal. Its levels are
 * separate, 5 % over all looks: to cancel a check without need does less harm than to trust an invalid one.
 * @param alpha level of this look.
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
 * Reports whether an arm became faster or slower within its sessions, consistently in one direction.
 * @param alpha probability of a false report at this look, over all arms; as for regressions, it sums to 1 % over all
 * looks.
 */
export function isUnsteady(sessions: readonly SessionReading[], alpha: number): boolean {
  const arms = (['a', 'b', 'null'] as const).map((arm) => counting(sessions).flatMap(({ drift }) => drift[arm] ?? []));
  const present = arms.filter((drifts) => drifts.length > 0);
  return present.some((drifts) => Math.abs(median(drifts)) > MAX_DRIFT && signTest(drifts) <= alpha / present.length);
}

/** Returns the metrics that a look found regressed. */
export function regressedMetrics({ metrics }: LookVerdict): string[] {
  return metrics.filter(({ finding }) => finding === 'regressed').map(({ metric }) => metric);
}
