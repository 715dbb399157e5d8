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
const DRIFT_ALPHA = 0.01;

/** Sessions that count. */
export function counting(sessions: readonly SessionReading[]): SessionReading[] {
  return sessions.filter(({ excluded }) => excluded === undefined);
}

/** Were too many sessions excluded? Looked at from the fourth on. */
export function tooManyExcluded(sessions: readonly SessionReading[]): boolean {
  const excluded = sessions.length - counting(sessions).length;
  return sessions.length >= 4 && excluded > MAX_EXCLUDED * sessions.length;
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
 * Looked for both ways, at the level of the look and with no tolerance, as there is nothing to tolerate.
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

/** Did any arm become faster or slower within its sessions, again and again in the same direction? */
export function isUnsteady(sessions: readonly SessionReading[]): boolean {
  const arms: readonly ArmName[] = ['a', 'b', 'null'];
  return arms.some((arm) => {
    const drifts = counting(sessions).flatMap(({ drift }) => drift[arm] ?? []);
    return Math.abs(median(drifts)) > MAX_DRIFT && signTest(drifts) < DRIFT_ALPHA;
  });
}

/** Why the last look decided nothing, and what to do about it. */
export function whyUndecided({ metrics }: LookVerdict): string {
  const [decided, open] = [true, false].map((wanted) =>
    metrics.filter(({ finding }) => (finding === 'within') === wanted).map(({ metric }) => metric),
  ) as [string[], string[]];
  const others = decided.length === 0 ? '' : `, or gate on what was decided alone: --gate ${decided.join(',')}`;
  return `in ${open.join(' and ')} B was neither found worse nor ruled out to be: use a calmer machine, or a longer --window${others}`;
}

/** The metrics that a look found regressed. */
export function regressedMetrics({ metrics }: LookVerdict): string[] {
  return metrics.filter(({ finding }) => finding === 'regressed').map(({ metric }) => metric);
}
