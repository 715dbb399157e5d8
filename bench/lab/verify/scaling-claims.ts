import { type Random, streamOf } from '../../../servers/random/streams.ts';
import { type ScalingLaw, type ScalingRounds, scalingLaw } from '../../stats/scaling-law.ts';
import { type UslCoefficients, uslThroughput } from '../../stats/usl.ts';
import { normal } from './noise.ts';

/** Results of fitting the scalability law to simulated measurements. */
export interface ScalingClaims {
  readonly curves: number;
  /** Share of the curves that follow the law for which a law was stated. */
  readonly stated: number;
  /** Of those, the share whose 95 % interval contains the true coefficient. */
  readonly covered: Readonly<Record<keyof UslCoefficients, number>>;
  /** Number of stated peaks beyond the highest tested level. */
  readonly peaksBeyond: number;
  /** Share of the curves of another shape for which no law was stated. */
  readonly refused: number;
}

const LEVELS = [1, 2, 4, 8, 16, 32, 64, 128];
const ROUNDS = 12;
/** Standard deviations of one trial, and of the speed of a whole round, in ln. */
const SCATTER = 0.03;
const ROUND_SCATTER = 0.2;

/** Curves of real servers that the law does not describe. */
const otherShapes: readonly ((n: number, random: Random) => number)[] = [
  // An exhausted thread pool, followed by a cliff.
  (n) => (n < 32 ? n : 12),
  // A limit that is reached at once: a rising line, then a flat one.
  (n) => Math.min(n, 10),
  // Throughput per client grows with concurrency: batching.
  (n) => n ** 1.15,
  // A second rise, when the work moves to other CPUs.
  (n) => n / (1 + 0.2 * (n - 1)) + (n >= 32 ? 3 : 0),
  // Two phases.
  (n) => (n <= 8 ? n / (1 + 0.3 * (n - 1)) : 2.6 * (n / 8) ** 0.6),
];

/** Fits many simulated measurements, as many of other shapes as of the law. */
export function scalingClaims(curves: number, seed: number): ScalingClaims {
  const lawful = Array.from({ length: curves }, (_, ordinal) => {
    const random = streamOf('simulated curve', { seed, round: 0, ordinal });
    const truth = { gamma: 1000, sigma: 0.02 + 0.3 * random(), kappa: 10 ** (-5 + 2.5 * random()) };
    return {
      truth,
      law: scalingLaw(
        measured((n) => uslThroughput(truth, n), random),
        streamOf('bootstrap', { seed, round: 0, ordinal }),
      ),
    };
  });
  const others = Array.from({ length: curves }, (_, ordinal) => {
    const random = streamOf('simulated curve', { seed, round: 1, ordinal });
    const shape = otherShapes[ordinal % otherShapes.length] as (n: number, random: Random) => number;
    return scalingLaw(
      measured((n) => 1000 * shape(n, random), random),
      streamOf('bootstrap', { seed, round: 1, ordinal }),
    );
  });
  const stated = lawful.flatMap(({ truth, law }) => (law.fitted ? [{ truth, law }] : []));
  return {
    curves,
    stated: stated.length / curves,
    covered: { gamma: coverage(stated, 'gamma'), sigma: coverage(stated, 'sigma'), kappa: coverage(stated, 'kappa') },
    peaksBeyond: stated.filter(({ law }) => statesPeakBeyond(law)).length,
    refused: others.filter((law) => !law.fitted).length / curves,
  };
}

/**
 * Reports whether the claims hold: every interval covers at least 92 %, at least 95 % of the other shapes are refused,
 * and no peak is extrapolated.
 */
export function scalingHolds({ covered, peaksBeyond, refused }: ScalingClaims): boolean {
  return Object.values(covered).every((share) => share >= 0.92) && peaksBeyond === 0 && refused >= 0.95;
}

interface Stated {
  readonly truth: UslCoefficients;
  readonly law: ScalingLaw;
}

function coverage(stated: readonly Stated[], name: keyof UslCoefficients): number {
  const holding = stated.filter(({ truth, law: { intervals } }) => {
    return intervals[name].low <= truth[name] && truth[name] <= intervals[name].high;
  });
  return holding.length / stated.length;
}

function statesPeakBeyond({ peak }: ScalingLaw): boolean {
  return 'concurrency' in peak && peak.concurrency > (LEVELS.at(-1) as number);
}

function measured(curve: (n: number) => number, random: Random): ScalingRounds {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const speed = Math.exp(ROUND_SCATTER * normal(random));
    return LEVELS.map((n) => curve(n) * speed * Math.exp(SCATTER * normal(random)));
  });
  return { levels: LEVELS, rounds };
}
