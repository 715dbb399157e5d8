import { Histogram } from '../../../bench/measure/histogram.ts';
import { summarizeLatency } from '../../../bench/measure/latency.ts';
import type { Result } from '../../../bench/model/result.ts';
import type { LatencySummary } from '../../../bench/model/trial.ts';
import { checkResult, finding, look } from '../checks.ts';
import { failure, result, type TrialVariation, trial } from '../results.ts';

/** Returns 1,000 latencies from 0.1 ms on, each `step` nanoseconds above the last, with their histogram. */
export function latencies(step = 1000): LatencySummary {
  const histogram = new Histogram();
  for (let i = 0; i < 1000; i++) histogram.record(100_000 + i * step);
  return summarizeLatency(histogram);
}

/** Returns a trial with histograms of response and service times. */
export function measuredTrial(variation: TrialVariation = {}, step = 1000) {
  const latencyMicros = { response: latencies(step), service: latencies(step / 2) };
  return trial({ latencyMicros, ...variation });
}

/** Two rounds of two targets, one round of which failed, with a threshold for each trial. */
export function measuredResult(variation: Partial<Result> = {}): Result {
  const trials = [
    measuredTrial(),
    measuredTrial({ target: 'epoll', throughput: { requestsPerSecond: 20_000, bytesPerSecond: 1_280_000 } }, 500),
    measuredTrial({ round: 2, requests: { completed: 4998, timedOut: 2 } }, 2000),
  ];
  const threshold = { text: 'errors==0', unit: 'count' } as const;
  return result({
    trials,
    failures: [failure({ target: 'epoll', round: 2 })],
    thresholds: [
      { ...threshold, round: 1, observed: 0, kept: true },
      { ...threshold, round: 1, observed: 0, kept: true },
      { ...threshold, round: 2, observed: 2, kept: false },
    ],
    verdict: { statements: ['TCP: epoll was fastest with 16 connections: 20,000 requests/s.'] },
    warnings: [{ code: 'cpus-shared', message: 'server and generator shared 2 CPUs' }],
    ...variation,
  });
}

/** A check that found a regression in CPU time. */
export const regressed = checkResult({
  looks: [
    look('regressed', [
      finding('throughput', { finding: 'open', interval: { low: -0.004, high: 0.06 } }),
      finding('cpu', { finding: 'regressed', change: 0.12, interval: { low: 0.098, high: 0.15 } }),
    ]),
  ],
  verdict: {
    ...{ outcome: 'suspected', metrics: ['cpu'] },
    statement: 'REGRESSED (suspected): B is worse than A in cpu. To be sure, run it again with --confirm.',
  },
});

/** Texts that mean something to the formats, to spreadsheets, to browsers, to GitHub or to a terminal. */
export const HOSTILE =
  '=cmd|\'/c calc\'!A1,"x"\r\n<script>alert(1)</script> & @octocat #1 `code` | [a](javascript:b) https://x.example\\ \u001b[31m\u202e\ud800';

/** A result whose every text is hostile. */
export function hostileResult(): Result {
  const environment = { ...result().environment, cpuModel: HOSTILE, kernel: HOSTILE };
  const reasons = [{ code: HOSTILE, message: HOSTILE }];
  const bad = { target: HOSTILE, validity: { verdict: 'suspect' as const, reasons } };
  return measuredResult({
    environment,
    trials: [measuredTrial(bad), measuredTrial({ ...bad, round: 2 }), measuredTrial({ ...bad, target: `${HOSTILE}2` })],
    failures: [failure({ target: HOSTILE, message: HOSTILE, stderr: [HOSTILE] })],
    verdict: { statements: [HOSTILE] },
    warnings: [{ code: 'x', message: HOSTILE }],
  });
}

/** A check whose every text is hostile. */
export function hostileCheck() {
  const { plan } = regressed;
  return {
    ...regressed,
    environment: { ...regressed.environment, cpuModel: HOSTILE },
    plan: { ...plan, a: HOSTILE, b: HOSTILE, dropped: [{ metric: HOSTILE, reason: HOSTILE }] },
    looks: [look('regressed', [finding(HOSTILE)])],
    verdict: { ...regressed.verdict, statement: HOSTILE },
    warnings: [{ code: 'x', message: HOSTILE }],
  };
}
