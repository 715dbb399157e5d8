import { NULL_ALPHA } from '../stats/looks.ts';
import { median } from '../stats/median.ts';
import { type LookVerdict, lookAt, type MetricDifferences, type MetricFinding } from '../stats/regression.ts';
import { signTest } from '../stats/sign-test.ts';
import type { ArmName } from './order.ts';
import type { Gate } from './plan.ts';
import { type Pace, RATE_WINDOWS, SAMPLES_FOR_P50, SAMPLES_FOR_P99, type SessionReading } from './session.ts';

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
 * Looked for both ways and with no tolerance, as there is nothing to tolerate; and at a level of its own, at which even
 * ten sessions find it in four metrics: to call off a check in vain does less harm than to trust one.
 */
export function nullArmFires(sessions: readonly SessionReading[], gates: readonly Gate[]): boolean {
  const ways = differencesOf(sessions, gates, 'null').flatMap(({ metric, margins, differences }) => {
    const exact = { ...margins, tolerated: 0 };
    return [
      { metric, margins: exact, differences },
      { metric, margins: exact, differences: differences.map((difference) => -difference) },
    ];
  });
  const look = { sessions: sessions.length, alpha: NULL_ALPHA };
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
  const found = (wanted: MetricFinding['finding']) =>
    metrics.filter(({ finding }) => finding === wanted).map(({ metric }) => metric);
  const [decided, open, unknown] = [found('within'), found('open'), found('not-estimable')];
  const others = decided.length === 0 ? '' : `gate on what was decided alone: --gate ${decided.join(',')}`;
  const lacking = unknown.length === 0 ? [] : [`${unknown.join(' and ')} could not be estimated in every session`];
  if (open.length === 0) return [...lacking, ...(others === '' ? [] : [others])].join(': ');
  const undecided = `in ${open.join(' and ')} B was neither found worse nor ruled out to be: use a calmer machine, or a longer --window`;
  return [...lacking, others === '' ? undecided : `${undecided}, or ${others}`].join('; ');
}

/** Poisson arrivals differ: so many more response times are expected than are needed. */
const SPARE_SAMPLES = 1.05;

/** Which gated percentiles a session of that pace has too few response times for, and what to do; undefined if none. */
export function whyNotEstimable(gates: readonly Gate[], { rate, rateWindowMs }: Pace): string | undefined {
  const samples = Math.floor((rate * RATE_WINDOWS * rateWindowMs) / 1000);
  const needs = { throughput: 0, cpu: 0, p50: SAMPLES_FOR_P50, p99: SAMPLES_FOR_P99 };
  const lacking = gates.flatMap(({ metric }) => (samples < SPARE_SAMPLES * needs[metric] ? metric : []));
  if (lacking.length === 0) return undefined;
  const others = gates.flatMap(({ metric }) => (lacking.includes(metric) ? [] : metric));
  const remedy = others.length === 0 ? 'gate on throughput and cpu' : `gate on the others: --gate ${others.join(',')}`;
  return (
    `${lacking.join(' and ')} can't be estimated, as the servers are too slow for that: at the common rate of ${rate}/s a session ` +
    `has ${samples} response times, and it takes ${Math.min(...lacking.map((metric) => needs[metric]))}. Put on more load (-c), or ${remedy}`
  );
}

/** The metrics that a look found regressed. */
export function regressedMetrics({ metrics }: LookVerdict): string[] {
  return metrics.filter(({ finding }) => finding === 'regressed').map(({ metric }) => metric);
}
