import { normal } from '../../../bench/lab/verify/noise.ts';
import { Histogram } from '../../../bench/measure/histogram.ts';
import { summarizeLatency } from '../../../bench/measure/latency.ts';
import type { CheckResult } from '../../../bench/model/check-result.ts';
import type { Result } from '../../../bench/model/result.ts';
import type { Trial } from '../../../bench/model/trial.ts';
import { compareTargets } from '../../../bench/run/comparison.ts';
import { stateVerdict } from '../../../bench/run/verdict.ts';
import { seeded } from '../../seeded.ts';
import { checkResult, checkSessions, finding, look, storedRuns } from '../checks.ts';
import { failure, result, trial } from '../results.ts';
import { datagramRun, rampRun, targetsRun, uploadBench } from '../runs.ts';
import { bracketed, failed, found, limited, overwhelmed } from '../searches.ts';
import { sweep } from '../sweeps.ts';

/** Returns a latency of `count` requests that is evenly spread from `from` to `to` microseconds. */
export function spread(from: number, to: number, count = 1000): Trial['latencyMicros']['response'] {
  const histogram = new Histogram();
  for (let i = 1; i <= count; i++) histogram.record((from + ((to - from) * i) / count) * 1000);
  return summarizeLatency(histogram);
}

/** Requests a second of each simulated server at each level. */
const RATES: Readonly<Record<string, Readonly<Record<number, number>>>> = {
  epoll: { 8: 20_000, 64: 40_000 },
  async: { 8: 20_050, 64: 30_000 },
  iterative: { 8: 12_000, 64: 9000 },
};

/**
 * Returns a comparison of three servers: the first two are alike at 8 connections, the first is ahead at 64, and the last
 * serves one connection.
 */
export function comparison(rounds = 12): Result {
  const random = seeded(3);
  const models = Object.keys(RATES);
  const trials = Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) =>
    [8, 64].flatMap((level) => models.map((target) => compared(target, level, round, random))),
  );
  const compared12 = compareTargets(trials);
  const plan = { ...result().plan, rounds, models, connections: [8, 64], serverCpus: [0], loadCpus: [1] };
  return result({ plan, trials, comparison: compared12, verdict: stateVerdict(compared12) });
}

function compared(target: string, connections: number, round: number, random: () => number): Trial {
  const requestsPerSecond = (RATES[target]?.[connections] ?? 1) * Math.exp(0.003 * normal(random));
  const p50 = (connections * 1e6) / requestsPerSecond;
  const starved = target === 'iterative' ? connections - 1 : 0;
  const isBusy = target === 'epoll' && connections === 64;
  const measured = trial({
    ...{ target, connections, round, throughput: { requestsPerSecond, bytesPerSecond: 64 * requestsPerSecond } },
    latencyMicros: {
      response: spread(p50 / 2, 3 * p50),
      service: spread(p50 / 2, 2 * p50),
      generatorLag: spread(1, p50),
    },
    requests: starved > 0 ? { sent: 5000 + starved, timedOut: starved } : {},
    fairness: starved > 0 ? { jain: 1 / connections, starvedConnections: starved } : {},
    generator: isBusy ? { utilization: 0.95, saturated: true } : {},
  });
  const reasons = [{ code: 'generator-saturated', message: 'the generator used 95 % of its CPU' }];
  return isBusy ? { ...measured, validity: { verdict: 'suspect', reasons } } : measured;
}

/** Returns three rounds of a run of 5 seconds with thresholds, kernel timestamps and errors in the second round. */
export function timedRun(): Result {
  const measured = (round: number): Trial => ({
    ...trial({ round, latencyMicros: { response: spread(100, 900, 20_000) } }),
    ...(round === 2 && { requests: { ...trial().requests, sent: 5003, errors: 3, refusals: 1 } }),
    ...(round === 2 && { examples: { refusal: 'ERR <busy>\\r\\n' } }),
    latencyMicros: { response: spread(100, 900, 20_000), service: spread(90, 700), generatorLag: spread(1, 60) },
    timeline: Array.from({ length: 5 }, (_, i) => ({
      ...{ second: i + 1, requestsPerSecond: 10_000 + round, p50: 500, p99: 890 + i, errors: round === 2 ? 1 : 0 },
      generatorLagP99: 59,
    })),
  });
  const threshold = { text: 'p99<5ms', unit: 'micros', observed: 891, kept: true } as const;
  return result({
    plan: { ...result().plan, command: 'run', rounds: 3, durationSeconds: 5 },
    trials: [1, 2, 3].map(measured),
    thresholds: [1, 2, 3].map((round) => ({ ...threshold, round })),
    verdict: { statements: [] },
  });
}

/** Returns a check with a null arm whose regression in CPU time was confirmed. */
export function regressedCheck(): CheckResult {
  const held = checkSessions(10, ['the machine paused']).map((session, i) => {
    const a = { throughput: -11, cpu: 8.5, p50: 10, p99: null };
    const b = { throughput: -11 + 0.001 * i, cpu: 8.5 + Math.log(1.1) + 0.001 * i, p50: 10.001, p99: null };
    return { ...session, costs: { a, b, null: { ...a, cpu: 8.5 + 0.001 * (i - 4) } } };
  });
  const cpu = finding('cpu', {
    finding: 'regressed',
    change: 0.105,
    interval: { low: 0.1, high: 0.11 },
    worseP: 0.001,
  });
  const metrics = [finding('throughput'), cpu, finding('p50', { tolerated: 0.02, detected: 0.1 })];
  return checkResult({
    plan: { ...checkResult().plan, nullArm: true, dropped: [{ metric: 'p99', reason: 'the server is too fast' }] },
    pace: {
      warmupMs: 300,
      rate: 24_000,
      rateWindowMs: 500,
      looks: [
        { sessions: 10, alpha: 0.004 },
        { sessions: 20, alpha: 0.006 },
      ],
    },
    sessions: held,
    looks: [look('regressed', metrics)],
    verdict: { outcome: 'suspected', metrics: ['cpu'], statement: 'SUSPECTED: B needs more CPU time.' },
  });
}

/** Results of every command, by name. */
export const samples = {
  comparison: comparison(2),
  run: timedRun(),
  ramp: rampRun(),
  datagrams: datagramRun(),
  targets: targetsRun(),
  upload: uploadBench(),
  sweep: sweep(2),
  'one search': found(bracketed),
  searches: found(overwhelmed, failed, bracketed, limited),
  failed: result({ trials: [], failures: [failure(), failure({ round: 2 })], verdict: { statements: [] } }),
  interrupted: result({ interrupted: true, finishedAt: null }),
  check: regressedCheck(),
  'passed check': checkResult(),
  'recorded runs': checkResult({ baseline: storedRuns(), looks: [] }),
  'check without looks': checkResult({ looks: [], sessions: [], pace: null, interrupted: true, finishedAt: null }),
} satisfies Record<string, Result | CheckResult>;
