import type { Result } from '../../bench/model/result.ts';
import type { TargetShare, TimelinePoint, Trial } from '../../bench/model/trial.ts';
import { latency, result, trial } from './results.ts';

/** Returns 61 s of `run`: a ramp of Poisson arrivals, a connection for each request, and every optional field. */
export function rampRun(): Result {
  const stages = [
    { seconds: 50, target: 5000 },
    { seconds: 11, target: 0 },
  ];
  const timeline = Array.from({ length: 61 }, (_, i): TimelinePoint => {
    const requestsPerSecond = i < 50 ? 50 + 100 * i : 5000 - (5000 * (i - 49.5)) / 11;
    return {
      second: i + 1,
      requestsPerSecond,
      p50: 80 + i,
      p99: i === 20 ? 250_000 : 900 + i,
      errors: i === 20 ? 7 : 0,
      generatorLagP99: 20,
    };
  });
  const measured: Trial = {
    ...trial({ connections: 50, requests: { sent: 152_507, completed: 152_500, errors: 7 } }),
    connection: 'per-request',
    rate: 2500,
    arrivals: 'poisson',
    stages,
    measuredSeconds: 61,
    latencyMicros: {
      response: latency(110, 1000),
      service: latency(90, 800),
      generatorLag: latency(12, 60),
      scheduleLag: latency(1.5, 30),
      connect: latency(40, 300),
    },
    timestamps: 'kernel',
    timeline,
  };
  const plan = { ...result().plan, command: 'run', rounds: 1, connections: [50], durationSeconds: 61, rate: 0, stages };
  return result({ plan, trials: [measured], verdict: { statements: [] } });
}

/** Returns two rounds of `run` over UDP with a mixture of sizes, losses, user timestamps and a request limit. */
export function datagramRun(): Result {
  const measured = (round: number): Trial => ({
    ...trial({
      transport: 'udp',
      round,
      connections: 8,
      size: 284,
      requests: {
        sent: 100_000,
        completed: 99_900,
        timedOut: 100,
        lost: 100,
        late: 3,
        duplicated: 2,
        reordered: 11,
        corrupted: 0,
      },
    }),
    pipelining: 4,
    sizes: [
      { from: 64, to: 64, share: 0.79 },
      { from: 1024, to: 1024, share: 0.2 },
      { from: 1400, to: 4096, share: 0.01 },
    ],
    latencyMicros: { response: latency(100 * round, 2000) },
    jitterMicros: 12.5 * round,
    datagrams: { droppedByServer: 60, droppedByGenerator: round === 1 ? 30 : 0 },
    timestamps: 'user',
    timeline: Array.from({ length: 5 }, (_, i) => ({
      second: i + 1,
      requestsPerSecond: 20_000,
      p50: 100,
      p99: 2000,
      errors: 0,
    })),
  });
  const plan = {
    ...result().plan,
    command: 'run',
    transports: ['udp'] as const,
    requests: 100_000,
    durationSeconds: 3600,
    timestamps: 'user',
  };
  return result({ plan, trials: [measured(1), measured(2)], verdict: { statements: [] } });
}

/** Returns an upload `bench` of two models. The slower one has more requests/s, which do not count in an upload. */
export function uploadBench(): Result {
  const measured = (target: string, connections: number, bytesPerSecond: number, requestsPerSecond: number): Trial => ({
    ...trial({ target, connections, size: 65_536, throughput: { requestsPerSecond, bytesPerSecond } }),
    app: 'discard',
    workload: 'upload',
    latencyMicros: { response: { ...latency(0, 0), count: 0 } },
  });
  return result({
    plan: { ...result().plan, models: ['async', 'nonblocking'], connections: [1, 16], workload: 'upload' },
    trials: [
      measured('async', 1, 850e6, 9),
      measured('nonblocking', 1, 2.4e9, 5),
      measured('async', 16, 1.1e9, 9),
      { ...measured('nonblocking', 16, 4.2e9, 5), generator: { ...trial().generator, saturated: true } },
    ],
    verdict: { statements: [] },
  });
}

/** Returns two rounds of `run` against two targets that share a rate. The second is slow in one, and fails in one. */
export function targetsRun(): Result {
  const target = 'tcp://127.0.0.1:7000 + tcp://127.0.0.1:7001';
  const measured = (round: number, late: TargetShare): Trial => ({
    ...trial({ target, round, server: null, requests: { errors: late.requests.errors } }),
    model: null,
    rate: 10_000,
    arrivals: 'constant',
    select: 'least-pending',
    targets: [shareOf('tcp://127.0.0.1:7000', 4600, 0, latency(90, 900)), late],
  });
  const late = shareOf('tcp://127.0.0.1:7001', 400, 0, latency(20_000, 30_000));
  const failed = shareOf('tcp://127.0.0.1:7001', 600, 600, { ...latency(0, 0), count: 0 });
  const plan = { ...result().plan, command: 'run', rounds: 2, models: [target], select: 'least-pending', rate: 10_000 };
  return result({ plan, trials: [measured(1, late), measured(2, failed)], verdict: { statements: [] } });
}

function shareOf(target: string, sent: number, errors: number, response: TargetShare['latencyMicros']['response']) {
  const requests = { sent, completed: sent - errors, timedOut: 0, errors, corrupted: 0, dropped: 0 };
  return { target, share: sent / 5000, requests, latencyMicros: { response } };
}
