import { mean, variance } from './mean.ts';
import type { Margins } from './regression.ts';
import { studentQuantile } from './student-distribution.ts';

/** Probability of a false alarm, over all metrics together. */
export const BASELINE_ALPHA = 0.01;
/** Minimum number of recorded runs for a decision: fewer do not show how much runs differ. */
export const FEWEST_RUNS = 5;
/** Sessions of every run: runs must be alike to be compared. */
export const BASELINE_SESSIONS = 10;
/** Most recorded runs to advise. If these do not suffice, the scatter must become smaller. */
const MAX_RUNS = 50;

/** The results of recorded runs and of a new one for one metric: ln(cost of the server / cost of the reference). */
export interface MetricHistory {
  readonly metric: string;
  readonly margins: Margins;
  readonly recorded: readonly number[];
  /** The new run; not finite when it could not be estimated. */
  readonly run: number;
}

/** How a new run compares with the recorded ones, for one metric. */
export interface BaselineFinding {
  readonly metric: string;
  /** Mean of the recorded runs; NaN when there are none. */
  readonly mean: number;
  /** Half width of the prediction interval, mean ± this; NaN for fewer than two recorded runs. */
  readonly halfWidth: number;
  readonly finding: 'regressed' | 'within' | 'open' | 'not-estimable' | 'too-few-runs';
}

/** Verdict on a new run. */
export interface BaselineVerdict {
  readonly verdict: 'regressed' | 'pass' | 'inconclusive' | 'advisory';
  readonly metrics: readonly BaselineFinding[];
}

/**
 * Compares a new run with recorded ones, by the interval in which one more run of the same server lies: mean ±
 * t·s·√(1 + 1/k) of k recorded runs, with Student's t of k − 1 degrees of freedom (G. J. Hahn, W. Q. Meeker,
 * Statistical Intervals, 4.7), one-sided at 1 % over all metrics by Bonferroni.
 *
 * - A metric has regressed when the run is above that interval by more than is tolerated. One such metric decides.
 * - A metric is within when even the run plus the interval's half width is below what must be detected. All metrics
 *   must be within to pass.
 * - A metric with fewer than {@link FEWEST_RUNS} recorded runs is not decided.
 */
export function judgeAgainstRuns(metrics: readonly MetricHistory[]): BaselineVerdict {
  const findings = metrics.map((each) => find(each, metrics.length));
  const some = (wanted: BaselineFinding['finding']) => findings.some(({ finding }) => finding === wanted);
  if (some('regressed')) return { verdict: 'regressed', metrics: findings };
  if (some('too-few-runs')) return { verdict: 'advisory', metrics: findings };
  const passed = findings.length > 0 && findings.every(({ finding }) => finding === 'within');
  return { verdict: passed ? 'pass' : 'inconclusive', metrics: findings };
}

function find({ metric, margins, recorded, run }: MetricHistory, metrics: number): BaselineFinding {
  const middle = mean(recorded);
  const halfWidth =
    recorded.length < 2 ? Number.NaN : predictionFactor(recorded.length, metrics) * Math.sqrt(variance(recorded));
  return {
    ...{ metric, mean: middle, halfWidth },
    finding: Number.isFinite(run) ? findingOf(run - middle, halfWidth, recorded.length, margins) : 'not-estimable',
  };
}

function findingOf(
  change: number,
  halfWidth: number,
  runs: number,
  { tolerated, detected }: Margins,
): BaselineFinding['finding'] {
  if (runs < FEWEST_RUNS) return 'too-few-runs';
  if (change > Math.log1p(tolerated) + halfWidth) return 'regressed';
  return change + halfWidth < Math.log1p(detected) ? 'within' : 'open';
}

/** Returns how many standard deviations of the recorded runs one more run may be off. @param runs 2 or more. */
function predictionFactor(runs: number, metrics: number): number {
  return studentQuantile(BASELINE_ALPHA / metrics, runs - 1) * Math.sqrt(1 + 1 / runs);
}

/**
 * Returns the number of recorded runs with which a new one like their mean would pass, at the scatter seen so far. Null
 * when no reasonable number would, or when the scatter is not known.
 * @param metrics number of gated metrics.
 */
export function runsToPass({ recorded, margins }: MetricHistory, metrics: number): number | null {
  const scatter = Math.sqrt(variance(recorded));
  if (Number.isNaN(scatter)) return null;
  for (let runs = FEWEST_RUNS; runs <= MAX_RUNS; runs++) {
    if (predictionFactor(runs, metrics) * scatter < Math.log1p(margins.detected)) return runs;
  }
  return null;
}
