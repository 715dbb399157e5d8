import { streamOf } from '../../servers/random/streams.ts';
import { type RunConfiguration, scenariosOf, type TargetSpec } from '../model/configuration.ts';
import { whyNotMeasured } from '../model/left-out.ts';
import { loadOf, type OperatingPoint } from '../model/operating-point.ts';
import { shuffled } from '../stats/shuffled.ts';

/** One trial to run: a new server at one operating point. */
export interface TrialSpec extends OperatingPoint {
  readonly target: TargetSpec;
  /** Counted from 1. */
  readonly round: number;
}

/**
 * Yields the trials of a run in order, round by round, as randomised complete blocks. A block holds every target once
 * at one operating point, in random order, so that a slow period of the machine affects all targets alike. A round
 * holds every block once, also in random order. Targets that cannot be measured are left out. The same seed gives the
 * same order.
 */
export function* planRounds(configuration: RunConfiguration): Generator<TrialSpec[], void> {
  const { targets, rounds, seed } = configuration;
  const load = loadOf(configuration);
  const points = scenariosOf(configuration).flatMap(({ transports, connections, app, ...scenario }) =>
    transports.flatMap((transport) =>
      connections.map((level): OperatingPoint => ({ transport, connections: level, ...scenario, ...load, app })),
    ),
  );
  for (let round = 1; round <= rounds; round++) {
    const random = streamOf('trial order', { seed, round });
    yield shuffled(points, random).flatMap((point) =>
      shuffled(targets, random)
        .filter((target) => whyNotMeasured(target, point, point.transport) === undefined)
        .map((target) => ({ ...point, target, round })),
    );
  }
}

/** Returns the operating point of a trial. */
export function pointOf({ target: _, round: __, ...point }: TrialSpec): OperatingPoint {
  return point;
}
