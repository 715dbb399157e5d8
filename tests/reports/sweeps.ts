import { normal } from '../../bench/lab/verify/noise.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { compareTargets } from '../../bench/run/comparison.ts';
import { withScaling } from '../../bench/run/scaling/analysis.ts';
import { stateVerdict } from '../../bench/run/verdict.ts';
import { uslThroughput } from '../../bench/stats/usl.ts';
import { seeded } from '../seeded.ts';
import { latency, result, trial } from './results.ts';

/** A simulated server: its throughput and memory as functions of the number of connections. */
interface Simulated {
  readonly requestsPerSecond: (connections: number) => number;
  readonly bytesPerConnection: number;
  /** Memory that does not depend on connections. */
  readonly bytesAtFirst: number;
  /** Greatest number of connections that it serves. Default: no limit. */
  readonly most?: number;
  readonly generatorLimitedFrom?: number;
}

const MIB = 1024 ** 2;

/**
 * Two servers that follow the scalability law and whose curves cross, one that the generator limits, and one that
 * serves a single client.
 */
const SERVERS: Readonly<Record<string, Simulated>> = {
  'thread-per-connection': {
    requestsPerSecond: (n) => uslThroughput({ gamma: 20_000, sigma: 0.1, kappa: 0.002 }, n),
    bytesPerConnection: 9 * MIB,
    bytesAtFirst: 12 * MIB,
  },
  'event-driven': {
    requestsPerSecond: (n) => uslThroughput({ gamma: 12_000, sigma: 0.08, kappa: 0.00001 }, n),
    bytesPerConnection: 6 * 1024,
    bytesAtFirst: MIB,
  },
  epoll: {
    requestsPerSecond: (n) => Math.min(11_000 * n, 80_000),
    bytesPerConnection: 2 * 1024,
    bytesAtFirst: MIB,
    generatorLimitedFrom: 16,
  },
  iterative: { requestsPerSecond: () => 10_000, bytesPerConnection: 1024, bytesAtFirst: 0, most: 1 },
};

const LEVELS = [1, 2, 4, 8, 16, 32, 64, 128];

function measured(target: string, connections: number, round: number, random: () => number): Trial {
  const server = SERVERS[target];
  if (server === undefined) throw new Error(`no such server: ${target}`);
  const starved = Math.max(0, connections - (server.most ?? connections));
  const requestsPerSecond = server.requestsPerSecond(connections) * Math.exp(0.01 * normal(random));
  const p50 = (connections * 1e6) / requestsPerSecond;
  const held = (server.bytesAtFirst + connections * server.bytesPerConnection) * Math.exp(0.001 * normal(random));
  const { server: usage } = trial();
  return trial({
    ...{ target, connections, round },
    throughput: { requestsPerSecond, bytesPerSecond: requestsPerSecond * 64 },
    latencyMicros: { response: latency(p50, p50 * (target === 'thread-per-connection' && connections > 64 ? 20 : 3)) },
    server: usage && { ...usage, ...(starved === 0 && { memoryBytesPerConnection: held / connections }) },
    requests: { timedOut: starved },
    fairness: { starvedConnections: starved },
    generator: { saturated: connections >= (server.generatorLimitedFrom ?? Number.POSITIVE_INFINITY) },
  });
}

/** Returns the result of a sweep over the simulated servers, as it is saved after its last trial. */
export function sweep(rounds = 12, models: readonly string[] = Object.keys(SERVERS)): Result {
  const random = seeded(5);
  const trials = Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) =>
    LEVELS.flatMap((level) => models.map((target) => measured(target, level, round, random))),
  );
  return analysed(trials, models, rounds);
}

/** Returns the result of a sweep with these trials. */
export function analysed(trials: readonly Trial[], models: readonly string[], rounds: number): Result {
  const comparison = compareTargets(trials);
  const connections = [...new Set(trials.map((each) => each.connections))];
  const plan = { ...result().plan, command: 'scale', rounds, models: [...models], connections };
  return withScaling(result({ plan, trials: [...trials], comparison, verdict: stateVerdict(comparison) }));
}
