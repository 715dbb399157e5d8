import {
  CHECK_SCHEMA,
  type CheckBaseline,
  type CheckLook,
  type CheckResult,
  type CheckSession,
} from '../../bench/model/check-result.ts';
import { result } from './results.ts';

type Metric = CheckLook['metrics'][number];

/** Returns the finding of a look for one metric; by default within its margins. */
export function finding(metric: string, variation: Partial<Metric> = {}): Metric {
  return {
    ...{ metric, finding: 'within', change: 0.001, interval: { low: -0.004, high: 0.006 }, worseP: 1, withinP: 0.001 },
    ...{ tolerated: 0.01, detected: 0.05, minimumDetectable: 0.018 },
    ...variation,
  };
}

/** Returns the finding for a metric for which some session had too few response times. */
export function notEstimable(metric: string): Metric {
  const unknown = { change: null, interval: { low: null, high: null }, worseP: 1, withinP: 1, minimumDetectable: null };
  return finding(metric, { ...unknown, finding: 'not-estimable', tolerated: 0.05, detected: 0.25 });
}

/** Returns a look of a series. */
export function look(verdict: CheckLook['verdict'], metrics: Metric[], variation: Partial<CheckLook> = {}): CheckLook {
  return { series: 'check', sessions: 10, alpha: 0.004, verdict, metrics, ...variation };
}

type BaselineMetric = CheckBaseline['metrics'][number];

/** Returns a metric of a server that costs a tenth more than the reference, as in its recorded runs. */
export function baselineMetric(metric: string, variation: Partial<BaselineMetric> = {}): BaselineMetric {
  return {
    ...{ metric, finding: 'within', runs: 6, mean: 0.1, run: 0.102, halfWidth: 0.02, runsToPass: 5 },
    ...{ tolerated: 0.01, detected: 0.05 },
    ...variation,
  };
}

/** Returns six recorded runs, and a run that has regressed in CPU time compared with them. */
export function storedRuns(variation: Partial<CheckBaseline> = {}): CheckBaseline {
  return {
    ...{ file: 'baseline.json', reference: { model: 'event-driven', version: 1 }, record: false, runs: 6 },
    ...{ firstAt: '2026-11-02T10:00:00.000Z', lastAt: '2026-11-20T10:00:00.000Z' },
    metrics: [
      baselineMetric('throughput', { run: 0.125, finding: 'open' }),
      baselineMetric('cpu', { run: 0.25, finding: 'regressed' }),
      baselineMetric('p50', { run: null, finding: 'not-estimable', tolerated: 0.02, detected: 0.1 }),
    ],
    ...variation,
  };
}

/** Returns `count` sessions, the first of which are excluded for the given reasons. */
export function checkSessions(count: number, excluded: readonly string[] = []): CheckSession[] {
  const costs = { throughput: -11, cpu: 8.5, p50: 10, p99: null };
  return Array.from({ length: count }, (_, i) => ({
    ...{
      session: i + 1,
      series: 'check',
      places: i % 2 === 0 ? ['a', 'b'] : ['b', 'a'],
      costs: { a: costs, b: costs },
    },
    excluded: excluded[i] ?? null,
  }));
}

/** Returns a regression check of two programs that passed after ten sessions. */
export function checkResult(variation: Partial<CheckResult> = {}): CheckResult {
  return {
    schema: CHECK_SCHEMA,
    startedAt: '2026-11-21T10:00:00.000Z',
    finishedAt: '2026-11-21T10:03:00.000Z',
    interrupted: false,
    environment: result().environment,
    plan: {
      ...{
        a: './old {port}',
        b: './new {port}',
        app: 'echo',
        exchange: null,
        websocketMessage: 'binary',
        transport: 'tcp',
        connections: 50,
        size: 64,
        seed: 7,
      },
      ...{ windowMs: 250, nullArm: false, confirm: false, budgetMs: null, serverCpus: [0], loadCpus: [1] },
    },
    pace: { warmupMs: 300, rate: 24_000, rateWindowMs: 500 },
    sessions: checkSessions(10),
    looks: [
      look('pass', [finding('throughput'), finding('cpu', { change: -0.12, interval: { low: -0.13, high: -0.11 } })]),
    ],
    verdict: {
      ...{ outcome: 'pass', metrics: [] },
      statement: 'PASS: B is not worse than A by the margin that must be found, in any metric.',
    },
    warnings: [],
    ...variation,
  };
}
