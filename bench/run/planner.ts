import type { RunConfiguration, TargetSpec } from '../model/configuration.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import { seededRandom, shuffled } from '../stats/random.ts';

/** One trial to run: a fresh server at one operating point. */
export interface TrialSpec extends OperatingPoint {
  readonly target: TargetSpec;
  /** Counted from 1. */
  readonly round: number;
}

/**
 * The trials of a run in order: randomised complete blocks. A block holds every target once at one operating point,
 * in random order, so that a slow spell of the machine hits all targets alike; a round holds every block once, in
 * random order too. The same seed gives the same order.
 */
export function planTrials(configuration: RunConfiguration): TrialSpec[] {
  const { targets, transports, app, connections, workload, connection, pipelining, sizes, rounds, seed } =
    configuration;
  const random = seededRandom(seed);
  const points: OperatingPoint[] = transports.flatMap((transport) =>
    connections.map((level) => ({
      transport,
      app,
      workload,
      connection,
      connections: level,
      pipelining,
      sizes,
    })),
  );
  return Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) =>
    shuffled(points, random).flatMap((point) =>
      shuffled(targets, random).map((target) => ({ ...point, target, round })),
    ),
  );
}
