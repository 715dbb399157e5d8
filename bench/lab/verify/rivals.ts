import type { Random } from '../../../servers/random/streams.ts';
import { mean, variance } from '../../stats/mean.ts';
import { median } from '../../stats/median.ts';
import { doubledRanks } from '../../stats/signed-rank.ts';
import { type Change, type Trace, unchanged } from './trace.ts';

/**
 * A rule that is in use elsewhere, applied to the same machines. Each looks at throughput only, which favours it: with
 * four metrics it would have four chances to be wrong. Each measures 160 windows, twice as many as our first look has
 * for throughput in the simulation.
 */
export interface Rival {
  readonly name: string;
  /** How it measures and decides, in one line. */
  readonly rule: string;
  /** Reports whether the rule finds B worse. */
  alarms(trace: Trace, change: Change): boolean;
}

/** Windows of each program. */
const WINDOWS = 80;
const THROUGHPUT = 0;
/** Two-sided 5 % of a normal distribution. */
const Z_95 = 1.96;

interface Samples {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * Measures all of A, then all of B, in one process each, as hyperfine, criterion and most CI scripts do. In units of
 * cost.
 */
function blocked(trace: Trace, change: Change): Samples {
  const series = (process: readonly number[]) =>
    Array.from({ length: WINDOWS }, () => Math.exp(trace.window(process)[THROUGHPUT] as number));
  return { a: series(trace.process(unchanged)), b: series(trace.process(change)) };
}

/** Measures A, B, A, B… in two processes that run throughout. */
function interleaved(trace: Trace, change: Change): Samples {
  const [processA, processB] = [trace.process(unchanged), trace.process(change)];
  const samples = { a: [] as number[], b: [] as number[] };
  for (let i = 0; i < WINDOWS; i++) {
    samples.a.push(Math.exp(trace.window(processA)[THROUGHPUT] as number));
    samples.b.push(Math.exp(trace.window(processB)[THROUGHPUT] as number));
  }
  return samples;
}

/** Returns Mann and Whitney's U by its normal approximation; positive when b is larger. */
function uScore({ a, b }: Samples): number {
  const ranks = doubledRanks([...a, ...b]);
  const rankSum = ranks.slice(a.length).reduce((sum, rank) => sum + rank / 2, 0);
  const u = rankSum - (b.length * (b.length + 1)) / 2;
  const deviation = Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  return (u - (a.length * b.length) / 2) / deviation;
}

const RESAMPLES = 400;

/** Returns a 95 % interval of how much larger the mean of b is, as a share, by resampling each. */
function bootstrapInterval({ a, b }: Samples, random: Random): readonly [low: number, high: number] {
  const drawn = (values: readonly number[]) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)] as number;
    return sum / values.length;
  };
  const changes = Array.from({ length: RESAMPLES }, () => drawn(b) / drawn(a) - 1).sort((x, y) => x - y);
  return [changes[Math.round(0.025 * RESAMPLES)] as number, changes[Math.round(0.975 * RESAMPLES)] as number];
}

/** Returns the values within J. Tukey's fences: 1.5 interquartile ranges beyond the quartiles. */
function withoutOutliers(values: readonly number[]): number[] {
  const sorted = [...values].sort((x, y) => x - y);
  const [low, high] = [sorted[sorted.length >> 2] as number, sorted[(3 * sorted.length) >> 2] as number];
  const fence = 1.5 * (high - low);
  return values.filter((value) => value >= low - fence && value <= high + fence);
}

export const rivals: readonly Rival[] = [
  {
    name: 'blocked U-test',
    rule: 'all of A, then all of B; Mann and Whitney at 5 %',
    alarms: (trace, change) => uScore(blocked(trace, change)) > Z_95,
  },
  {
    name: 'threshold of 10 %',
    rule: 'all of A, then all of B; the mean of B is more than 10 % worse',
    alarms(trace, change) {
      const { a, b } = blocked(trace, change);
      return mean(b) / mean(a) > 1.1;
    },
  },
  {
    name: 'like criterion',
    rule: 'all of A, then all of B; bootstrap interval of the change above 0, and the change above 1 %',
    alarms(trace, change) {
      const samples = blocked(trace, change);
      const [low] = bootstrapInterval(samples, trace.resampling);
      return low > 0 && mean(samples.b) / mean(samples.a) > 1.01;
    },
  },
  {
    name: 'like tango',
    rule: 'A and B in turn, the same two processes throughout; outliers left out, z above 1.96, change above 0.5 %',
    alarms(trace, change) {
      const { a, b } = interleaved(trace, change);
      const differences = withoutOutliers(b.map((cost, i) => cost - (a[i] as number)));
      const z = mean(differences) / Math.sqrt(variance(differences) / differences.length);
      return z > Z_95 && mean(differences) / median(a) > 0.005;
    },
  },
];
