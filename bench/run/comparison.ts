import { type TransportName, transportNames } from '../../servers/transport.ts';
import type { Comparison, Result } from '../model/result.ts';
import type { Trial } from '../model/trial.ts';
import { worksOf, workWords } from '../model/work-words.ts';
import { median } from '../stats/median.ts';
import { FAMILY_ALPHA, roundsForRanking } from '../stats/ranking.ts';
import { standings } from './standings.ts';
import { speed, throughputOf } from './throughput.ts';

/** Trials that targets may be compared by: they differ in target, connections and round. */
export interface ComparableTrials {
  readonly transport: TransportName;
  /** What requests cost the server, in words; null: nothing. */
  readonly work: string | null;
  /** CPUs that the server was given; missing when that was not varied. */
  readonly cpus?: number;
  /** As results call them: `tcp`, `tcp cpu:500us`, `tcp 2 CPUs`. */
  readonly name: string;
  readonly trials: readonly Trial[];
}

/** Sorts trials by transport, by work, and by CPUs of the server. Without work first, TCP before UDP, fewest CPUs first. */
export function comparables(trials: readonly Trial[]): ComparableTrials[] {
  const cpuCounts = [...new Set(trials.map(({ cpus }) => cpus))].sort((a = 0, b = 0) => a - b);
  return worksOf(trials).flatMap((work) =>
    transportNames.flatMap((transport) =>
      cpuCounts.flatMap((cpus): ComparableTrials[] => {
        const alike = trials.filter(
          (trial) => trial.transport === transport && workWords(trial) === work && trial.cpus === cpus,
        );
        if (alike.length === 0) return [];
        const given = cpus === undefined ? [] : [`${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`];
        const name = [transport, ...(work === null ? [] : [work]), ...given].join(' ');
        return [{ name, transport, work, ...(cpus !== undefined && { cpus }), trials: alike }];
      }),
    ),
  );
}

/**
 * Compares, in each scenario, the targets' throughput, and what they kept of their best at the highest concurrency.
 * @param alpha level of each ranking.
 */
export function compareTargets(trials: readonly Trial[], alpha = FAMILY_ALPHA): Result['comparison'] {
  return Object.fromEntries(
    comparables(trials).map(({ name, trials, ...scenario }) => [name, { ...scenario, ...compareAlike(trials, alpha) }]),
  );
}

function compareAlike(trials: readonly Trial[], alpha: number): Comparison {
  const targets = [...new Set(trials.map(({ target }) => target))];
  const levels = [...new Set(trials.map(({ connections }) => connections))].sort((a, b) => a - b);
  const highest = levels.at(-1) ?? 0;
  const scaling = targets
    .map((target) =>
      scalingOf(
        trials.filter((trial) => trial.target === target),
        highest,
      ),
    )
    .filter((each) => each !== null);
  return {
    rounds: Math.max(0, ...scaling.map(({ rates }) => rates.length)),
    roundsNeeded: roundsForRanking(targets.length, alpha),
    alpha,
    levels,
    highestConnections: highest,
    scaling: scaling.sort((a, b) => b.retention - a.retention),
    ...standings(trials, levels, alpha),
  };
}

type Scaling = Comparison['scaling'][number];

/** @returns null for a target that was not measured at the highest concurrency (yet). */
function scalingOf(trials: readonly Trial[], highest: number): Scaling | null {
  const atHighest = trials.filter(({ connections }) => connections === highest);
  if (atHighest.length === 0) return null;
  const rates = atHighest.map((trial) => ({ round: trial.round, ...throughputOf(trial) }));
  const retentions = rates.map((rate) => {
    const ofRound = trials.filter((trial) => trial.round === rate.round);
    const best = Math.max(...ofRound.map((trial) => speed(throughputOf(trial))));
    return best === 0 ? 0 : speed(rate) / best;
  });
  const bytes = rates.flatMap(({ bytesPerSecond }) => bytesPerSecond ?? []);
  return {
    target: atHighest[0]?.target ?? '',
    retention: median(retentions),
    requestsPerSecond: median(rates.map(({ requestsPerSecond }) => requestsPerSecond)),
    ...(bytes.length > 0 && { bytesPerSecond: median(bytes) }),
    starvedConnections: Math.round(median(atHighest.map(({ fairness }) => fairness.starvedConnections))),
    generatorLimited: atHighest.some(({ generator }) => generator.saturated),
    rates,
  };
}
