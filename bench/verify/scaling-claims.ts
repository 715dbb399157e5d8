import { type Random, streamOf } from '../../servers/random.ts';
import { type ScalingLaw, type ScalingRounds, scalingLaw } from '../stats/scaling-law.ts';
import { type UslCoefficients, uslThroughput } from '../stats/usl.ts';
import { normal } from './noise.ts';

/** What came of fitting the scalability law to simulated measurements. */
export interface ScalingClaims {
  readonly curves: number;
  /** Of curves that follow the law: share for which a law was stated. */
  readonly stated: number;
  /** Of those: share whose 95 % interval holds the true coefficient. */
  readonly covered: Readonly<Record<keyof UslCoefficients, number>>;
  /** Peaks stated beyond the highest level that was tested. */
  readonly peaksBeyond: number;
  /** Of curves that are of another shape: share for which no law was stated. */
  readonly refused: number;
}

const LEVELS = [1, 2, 4, 8, 16, 32, 64, 128];
const ROUNDS = 12;
/** Scatter of one trial, and of the speed of a whole round. */
const SCATTER = 0.03;
const ROUND_SCATTER = 0.2;

/** Curves that servers show and that the law does not describe. */
const otherShapes: readonly ((n: number, random: Random) => number)[] = [
  // A pool of threads that is used up, and a cliff behind it.
  (n) => (n < 32 ? n : 12),
  // A limit that is reached at once: a straight line, then a flat one.
  (n) => Math.min(n, 10),
  // Better with company: batches.
  (n) => n ** 1.15,
  // A second wind, when the work moves to other CPUs.
  (n) => n / (1 + 0.2 * (n - 1)) + (n >= 32 ? 3 : 0),
  // Two phases.
  (n) => (n <= 8 ? n / (1 + 0.3 * (n - 1)) : 2.6 * (n / 8) ** 0.6),
];

/** Fits many simulated measurements, half of them of the law. */
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

/** Do the intervals cover at least 92 %, is 95 % of what has another shape refused, and no peak guessed? */
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
