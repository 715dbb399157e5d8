import { operatingPoint } from '../../bench/model/operating-point.ts';
import { type Failure, type Result, SCHEMA } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';

type Varied =
  | 'target'
  | 'transport'
  | 'connections'
  | 'size'
  | 'round'
  | 'throughput'
  | 'latencyMicros'
  | 'server'
  | 'validity';
type VariedInPart = 'requests' | 'opening' | 'fairness' | 'generator';

/** Fields of a trial that tests vary. The others are those of a typical valid trial. */
export type TrialVariation = { readonly [K in Varied]?: Trial[K] } & {
  readonly [K in VariedInPart]?: Partial<Trial[K]>;
};

/** Returns a trial of `event-driven` over TCP with 16 connections, at 10,000 requests/s. */
export function trial(variation: TrialVariation = {}): Trial {
  const { requests, opening, fairness, generator, ...rest } = variation;
  const target = rest.target ?? 'event-driven';
  const connections = rest.connections ?? 16;
  return {
    model: target,
    target,
    ...operatingPoint({ connections }),
    size: 64,
    round: 1,
    measuredSeconds: 0.5,
    throughput: { requestsPerSecond: 10_000, bytesPerSecond: 640_000 },
    latencyMicros: { response: latency(500, 2000) },
    server: {
      cpuSeconds: 0.25,
      cpuMicrosPerRequest: 50,
      peakRssBytes: 90 * 1024 ** 2,
      peakPssBytes: 50 * 1024 ** 2,
      threads: 11,
      processes: 1,
      contextSwitches: 1000,
    },
    validity: { verdict: 'valid', reasons: [] },
    ...rest,
    opening: { seconds: 0.02, opened: connections, answered: connections, ...opening },
    requests: { sent: 5000, completed: 5000, timedOut: 0, errors: 0, corrupted: 0, dropped: 0, ...requests },
    fairness: { jain: 0.998, starvedConnections: 0, ...fairness },
    generator: {
      cpuSeconds: 0.2,
      cpuMicrosPerRequest: 40,
      threads: 1,
      utilization: 0.5,
      saturated: false,
      ...generator,
    },
  };
}

/** Returns response times in microseconds, all derived from p50 and p99. */
export function latency(p50: number, p99: number): Trial['latencyMicros']['response'] {
  const p90 = (p50 + p99) / 2;
  return { p50, p90, p95: p90, p99, p999: p99 * 2, max: p99 * 3, mean: p50, count: 5000, hdr: '' };
}

/** Returns the failure of a server that could not bind its port. */
export function failure(variation: Partial<Failure> = {}): Failure {
  return {
    target: 'cluster',
    ...operatingPoint({ connections: 16 }),
    round: 1,
    message: 'bind 127.0.0.1:7000: address already in use (EADDRINUSE)',
    stderr: ['node:net: listen failed'],
    ...variation,
  };
}

/** Returns a complete result. */
export function result(variation: Partial<Result> = {}): Result {
  return {
    schema: SCHEMA,
    startedAt: '2026-11-21T00:10:05.000Z',
    finishedAt: '2026-11-21T00:12:05.000Z',
    interrupted: false,
    environment: {
      cpuModel: 'AMD EPYC 7763',
      cpus: 2,
      memoryBytes: 8 * 1024 ** 3,
      platform: 'linux',
      arch: 'x64',
      kernel: 'Linux 6.8.0',
      node: 'v20.20.2',
      sockbench: '0.1.0',
      governor: null,
      virtualized: true,
    },
    plan: {
      command: 'bench',
      seed: 42,
      rounds: 2,
      models: ['event-driven'],
      ...operatingPoint(),
      transports: ['tcp'],
      connections: [16],
      size: 64,
      requests: null,
      durationSeconds: 0.5,
      warmupSeconds: 0.2,
      threads: 1,
      serverCpus: [0, 1],
      loadCpus: [0, 1],
    },
    trials: [trial()],
    failures: [],
    comparison: {},
    verdict: { statements: ['Medians of 2 rounds; a ranking needs 12: --rounds 12.'] },
    warnings: [],
    ...variation,
  };
}
