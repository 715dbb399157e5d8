import type { CpuGain } from '../../model/scaling.ts';
import type { Trial } from '../../model/trial.ts';
import { hodgesLehmann, walshInterval } from '../../stats/walsh.ts';
import type { ComparableTrials } from '../comparison.ts';
import { speed, throughputOf } from '../throughput.ts';
import { finite } from './memory.ts';

const INTERVAL_ALPHA = 0.05;

/**
 * Returns what more CPUs bring each target: the ratio of a round's best throughput, at any level, to that of the same
 * round on the fewest CPUs. Over the rounds, it is Hodges and Lehmann's estimate on logarithms, with its 95 % interval.
 */
export function cpuGains(scenarios: readonly ComparableTrials[]): CpuGain[] {
  return scenarios.flatMap(({ transport, work, cpus, trials }) => {
    const fewest = scenarios.find((each) => each.transport === transport && each.work === work);
    if (fewest?.cpus === undefined || cpus === undefined || cpus === fewest.cpus) return [];
    const fromCpus = fewest.cpus;
    return [...new Set(trials.map(({ target }) => target))].flatMap((target): CpuGain[] => {
      const few = bestByRound(fewest.trials, target);
      const logs = [...bestByRound(trials, target)].flatMap(([round, log]) => {
        const other = few.get(round);
        return other === undefined ? [] : [log - other];
      });
      if (logs.length === 0) return [];
      const { low, high } = walshInterval(logs, INTERVAL_ALPHA);
      const interval = finite({ low: low > -Infinity ? Math.exp(low) : low, high: Math.exp(high) });
      const place = { transport, work, target, fromCpus, toCpus: cpus };
      return [{ ...place, times: Math.exp(hodgesLehmann(logs)), ...interval }];
    });
  });
}

/** Returns ln of the best throughput of each round. */
function bestByRound(trials: readonly Trial[], target: string): Map<number, number> {
  const best = new Map<number, number>();
  for (const trial of trials) {
    const rate = speed(throughputOf(trial));
    if (trial.target !== target || trial.validity.verdict === 'invalid' || !(rate > 0)) continue;
    best.set(trial.round, Math.max(best.get(trial.round) ?? Number.NEGATIVE_INFINITY, Math.log(rate)));
  }
  return best;
}
