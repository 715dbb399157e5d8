import { failedRequests } from '../../model/failed-requests.ts';
import type { Failure } from '../../model/result.ts';
import { type Sign, signKinds } from '../../model/scaling.ts';
import type { Trial } from '../../model/trial.ts';
import { median } from '../../stats/median.ts';

/** Factor by which p99 must grow faster than the connections, from the knee on, to be a sign. */
const LATENCY_GROWTH = 2;

/** The trials of one level, and the number of those that failed. */
interface Level {
  readonly connections: number;
  readonly trials: readonly Trial[];
  readonly failures: number;
}

/** Reports whether a level shows a sign, in most of its rounds. @param knee the level at the knee. */
type Shows = (level: Level, knee: Level | undefined) => boolean;

const SIGNS: Readonly<Record<Sign['kind'], Shows>> = {
  failure: ({ failures, trials }) => failures > trials.length,
  refused: (level) => mostly(level, ({ opening, connections }) => opening.opened < connections),
  starvation: (level) => mostly(level, ({ fairness }) => fairness.starvedConnections > 0),
  errors: (level) => mostly(level, (trial) => failedRequests(trial) > 0),
  latency: (level, knee) =>
    knee !== undefined &&
    level.connections > knee.connections &&
    p99(level) / p99(knee) > (LATENCY_GROWTH * level.connections) / knee.connections,
};

/**
 * Returns the signs of overload as connections increase: each with the fewest connections that showed it, fewest first.
 * In a closed loop, latency grows with connections once throughput does not (Little's law), so only growth of more than
 * twice that is a sign.
 * @param trials of one target in one scenario.
 * @param failures of the same target and scenario.
 */
export function signsOf(trials: readonly Trial[], failures: readonly Failure[], knee: number | null): Sign[] {
  const levels = [...new Set([...trials, ...failures].map(({ connections }) => connections))]
    .sort((a, b) => a - b)
    .map(
      (connections): Level => ({
        connections,
        trials: trials.filter((trial) => trial.connections === connections),
        failures: failures.filter((failure) => failure.connections === connections).length,
      }),
    );
  const atKnee = levels.find(({ connections }) => connections === knee);
  return signKinds
    .flatMap((kind): Sign[] => {
      const first = levels.find((level) => SIGNS[kind](level, atKnee));
      return first === undefined ? [] : [{ kind, connections: first.connections }];
    })
    .sort((a, b) => a.connections - b.connections);
}

function mostly({ trials }: Level, shows: (trial: Trial) => boolean): boolean {
  return trials.filter(shows).length > trials.length / 2;
}

function p99({ trials }: Level): number {
  return median(trials.map(({ latencyMicros }) => latencyMicros.response.p99));
}
