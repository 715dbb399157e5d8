import { type RunConfiguration, type Scenario, scenariosOf, type TargetSpec } from '../model/configuration.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import { seededRandom, shuffled } from '../stats/random.ts';

/** A load, and what its requests cost the server. */
export interface LoadPoint extends OperatingPoint, Pick<Scenario, 'work'> {}

/** One trial to run: a fresh server at one operating point. */
export interface TrialSpec extends LoadPoint {
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
  const { targets, app, workload, connection, pipelining, sizes, rounds, seed } = configuration;
  const random = seededRandom(seed);
  const points = scenariosOf(configuration).flatMap(({ transports, connections, work }) =>
    transports.flatMap((transport) =>
      connections.map(
        (level): LoadPoint => ({
          transport,
          app,
          workload,
          connection,
          connections: level,
          pipelining,
          sizes,
          work,
        }),
      ),
    ),
  );
  return Array.from({ length: rounds }, (_, i) => i + 1).flatMap((round) =>
    shuffled(points, random).flatMap((point) =>
      shuffled(targets, random).map((target) => ({ ...point, target, round })),
    ),
  );
}
