import type { Environment, Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { type HistoryRun, historyRun } from '../../reports/history/history-run.ts';
import { usualMetrics } from '../../reports/history/reading.ts';
import { seeded } from '../seeded.ts';
import { latency, result, type TrialVariation, trial } from './results.ts';

/** Returns the time of the nth run, counted from 0: one a day. */
export function startOfRun(n: number): string {
  return new Date(Date.UTC(2026, 10, 1 + n, 10)).toISOString();
}

/** Returns a run of `bench` with one trial of each target, which has this rate in requests/s. */
export function savedRun(
  n: number,
  rates: Readonly<Record<string, number>>,
  { environment = {}, plan = {} }: { environment?: Partial<Environment>; plan?: Partial<Result['plan']> } = {},
): Result {
  const usual = result();
  return result({
    startedAt: startOfRun(n),
    environment: { ...usual.environment, ...environment },
    plan: { ...usual.plan, ...plan },
    trials: Object.entries(rates).map(([target, rate]) => trialAt(rate, { target })),
  });
}

/** Returns a trial whose response times are the inverse of its rate. */
export function trialAt(rate: number, variation: TrialVariation = {}): Trial {
  const micros = 1e7 / rate;
  return trial({
    throughput: { requestsPerSecond: rate, bytesPerSecond: 64 * rate },
    latencyMicros: { response: latency(micros, 4 * micros) },
    ...variation,
  });
}

/** Returns rates that scatter by 1 % around a level, the same each time. */
export function ratesAround(level: number, runs: number): number[] {
  const random = seeded(level);
  return Array.from({ length: runs }, () => Math.round(level * (1 + 0.02 * (random() - 0.5))));
}

/** Returns what a history keeps of runs, named by their order. @param metrics default: the usual ones. */
export function historyRuns(saved: readonly Result[], metrics: readonly string[] = usualMetrics): HistoryRun[] {
  return saved.map((each, i) => historyRun(`run-${i + 1}`, each, new Set(metrics)));
}
