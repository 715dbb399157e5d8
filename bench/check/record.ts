import type { CheckLook, CheckSession } from '../model/check-result.ts';
import type { Look } from '../stats/looks.ts';
import { type LookVerdict, type MetricDifferences, minimumDetectableChange } from '../stats/regression.ts';
import type { ArmCosts } from './costs.ts';
import type { SessionReading } from './session.ts';

type Series = CheckSession['series'];

/** Returns a session as it is saved. */
export function sessionRecord(series: Series, session: number, reading: SessionReading): CheckSession {
  const { order, costs, excluded = null } = reading;
  const known = Object.entries(costs).map(([arm, each]) => [arm, costsRecord(each)]);
  return { session, series, places: [...order.places], costs: Object.fromEntries(known), excluded };
}

/** Returns a look as it is saved. */
export function lookRecord(
  series: Series,
  { sessions, alpha }: Look,
  { verdict, metrics }: LookVerdict,
  differences: readonly MetricDifferences[],
): CheckLook {
  const findings = metrics.map(({ metric, finding, change, interval, worseP, withinP }, i) => {
    const of = differences[i] as MetricDifferences;
    return {
      ...{ metric, finding, worseP, withinP },
      change: known(change),
      interval: { low: known(interval.low), high: known(interval.high) },
      tolerated: of.margins.tolerated,
      detected: of.margins.detected,
      minimumDetectable: known(minimumDetectableChange(of, alpha / metrics.length)),
    };
  });
  return { series, sessions, alpha, verdict, metrics: findings };
}

function costsRecord({ throughput, cpu, p50, p99 }: ArmCosts): NonNullable<CheckSession['costs']['a']> {
  return { throughput: known(throughput), cpu: known(cpu), p50: known(p50), p99: known(p99) };
}

/** Returns null for NaN and infinities, which JSON cannot represent. */
export function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
