import type { Random } from '../../../servers/random/streams.ts';
import type { TargetScaling } from '../../model/scaling.ts';
import type { Trial } from '../../model/trial.ts';
import { median } from '../../stats/median.ts';
import { type ScalingLaw, scalingBand, scalingLaw } from '../../stats/scaling-law.ts';
import { type UslCoefficients, uslThroughput } from '../../stats/usl.ts';
import type { Interval } from '../../stats/walsh.ts';
import { listed } from '../listed.ts';
import { speed, throughputOf } from '../throughput.ts';

type Law = TargetScaling['law'];

/**
 * Returns the scalability law of one target, if its trials support one. There is none where the generator was at its
 * limit, because the curve is the generator's there, nor where connections were starved, because fewer were served than
 * the law counts.
 * @param trials of one target in one scenario.
 */
export function lawOf(trials: readonly Trial[], random: Random): Law {
  const levels = [...new Set(trials.map(({ connections }) => connections))].sort((a, b) => a - b);
  const at = (level: number) => trials.filter(({ connections }) => connections === level);
  const limited = levels.filter((level) => at(level).some(({ generator }) => generator.saturated));
  const starved = levels.filter((level) => median(at(level).map(({ fairness }) => fairness.starvedConnections)) >= 1);
  const reasons = [
    ...(limited.length > 0 ? [`the generator was at its limit with ${connectionsText(limited)}`] : []),
    ...(starved.length > 0 ? [`some connections were not served with ${connectionsText(starved)}`] : []),
  ];
  if (reasons.length > 0) return { fitted: false, reasons };
  const law = scalingLaw({ levels, rounds: completeRounds(trials, levels) }, random);
  return law.fitted ? recorded(law) : { fitted: false, reasons: [...law.reasons] };
}

/** A law's throughput at a number of connections, with its 95 % band; without one where there are too few rounds. */
export interface LawPoint {
  readonly connections: number;
  readonly throughput: number;
  readonly band: Interval | undefined;
}

/**
 * Returns the curve of a law that was stated for these trials, and its pointwise band (see {@link scalingBand}).
 * @param at numbers of connections.
 */
export function lawCurve(
  trials: readonly Trial[],
  law: Extract<Law, { fitted: true }>,
  at: readonly number[],
  random: Random,
): LawPoint[] {
  const coefficients = { gamma: law.gamma.value, sigma: law.sigma.value, kappa: law.kappa.value };
  const levels = [...new Set(trials.map(({ connections }) => connections))].sort((a, b) => a - b);
  const rounds = completeRounds(trials, levels).filter((round) => round.every((rate) => rate > 0));
  const isEnough = levels.length >= 3 && rounds.length >= 2;
  const bands = isEnough ? scalingBand({ levels, rounds }, coefficients, at, random) : [];
  return at.map((connections, i) => ({
    connections,
    throughput: uslThroughput(coefficients, connections),
    band: bands[i],
  }));
}

/** Returns throughput by round and level, for rounds in which every level has a trial that is not invalid. */
function completeRounds(trials: readonly Trial[], levels: readonly number[]): number[][] {
  const rounds = [...new Set(trials.map(({ round }) => round))];
  return rounds
    .map((round) => {
      const valid = trials.filter((trial) => trial.round === round && trial.validity.verdict !== 'invalid');
      return levels.flatMap((level) => {
        const trial = valid.find(({ connections }) => connections === level);
        return trial === undefined ? [] : [speed(throughputOf(trial))];
      });
    })
    .filter((round) => round.length === levels.length);
}

function recorded({ coefficients, intervals, peak, relativeRmse }: ScalingLaw): Law {
  const coefficient = (name: keyof UslCoefficients) => ({ value: coefficients[name], ...intervals[name] });
  return {
    fitted: true,
    gamma: coefficient('gamma'),
    sigma: coefficient('sigma'),
    kappa: coefficient('kappa'),
    peakConnections: 'concurrency' in peak ? peak.concurrency : null,
    relativeRmse,
  };
}

function connectionsText(levels: readonly number[]): string {
  return `${listed(levels.map(String))} ${levels.length === 1 && levels[0] === 1 ? 'connection' : 'connections'}`;
}
