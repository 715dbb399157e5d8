import type { Random } from '../../servers/random/streams.ts';
import { expandedTail } from './bootstrap.ts';
import { fUpperTail } from './f-distribution.ts';
import { mean } from './mean.ts';
import { fitUsl, type UslCoefficients, type UslPoint, uslPeak, uslResidual, uslThroughput } from './usl.ts';
import type { Interval } from './walsh.ts';

/** Throughput of one contestant at each level, round by round. */
export interface ScalingRounds {
  /** N, ascending. */
  readonly levels: readonly number[];
  /** By round, then by level. */
  readonly rounds: readonly (readonly number[])[];
}

/** A law that the data support. */
export interface ScalingLaw {
  readonly fitted: true;
  readonly coefficients: UslCoefficients;
  /** 95 % intervals from resampled rounds. */
  readonly intervals: Readonly<Record<keyof UslCoefficients, Interval>>;
  /** Concurrency of the highest throughput; `beyond` the highest level when it lies there or κ may be 0. */
  readonly peak: { readonly concurrency: number } | { readonly beyond: number };
  /** Root mean square of the relative residuals. */
  readonly relativeRmse: number;
}

/** Why no law is stated. The measured curve remains valid. */
export interface NoScalingLaw {
  readonly fitted: false;
  readonly reasons: readonly string[];
}

const MIN_LEVELS = 6;
const MAX_RMSE = 0.1;
const LACK_OF_FIT_ALPHA = 0.05;
const RESAMPLES = 1000;
const INTERVAL_ALPHA = 0.05;
/** Throughput per unit of N that exceeds that at the lowest level by more than this share is superlinear. */
const SUPERLINEAR = 0.05;

/**
 * Fits the Universal Scalability Law if the data support it: six levels or more, two rounds or more, no superlinear
 * growth, a test of lack of fit that passes (scatter over rounds is the pure error; N. Draper, H. Smith, Applied
 * Regression Analysis, 2.1), and residuals of at most 10 %. Intervals come from fitting again to rounds drawn with
 * replacement. Whole rounds are drawn, because what disturbs a round disturbs all its levels.
 */
export function scalingLaw(data: ScalingRounds, random: Random): ScalingLaw | NoScalingLaw {
  const reasons = tooLittle(data);
  if (reasons.length > 0) return { fitted: false, reasons };
  const points = pointsOf(data.levels, logsOf(data));
  const coefficients = fitUsl(points);
  const relativeRmse = Math.sqrt(uslResidual(points, coefficients) / points.length);
  const refusals = misfits(data, coefficients, relativeRmse);
  if (refusals.length > 0) return { fitted: false, reasons: refusals };
  const intervals = resampled(data, coefficients, random);
  return { fitted: true, coefficients, intervals, peak: peakOf(data, coefficients, intervals.kappa), relativeRmse };
}

function tooLittle({ levels, rounds }: ScalingRounds): string[] {
  return [
    ...(levels.length < MIN_LEVELS ? [`${levels.length} levels, where ${MIN_LEVELS} are needed`] : []),
    ...(rounds.length < 2 ? ['one round, where two are needed to estimate scatter'] : []),
    ...(rounds.some((round) => round.some((rate) => !(rate > 0))) ? ['nothing was answered at some level'] : []),
  ];
}

function misfits(data: ScalingRounds, coefficients: UslCoefficients, rmse: number): string[] {
  const p = lackOfFitP(data, coefficients);
  return [
    ...(isSuperlinear(data) ? ['throughput for each connection grew with their number (superlinear)'] : []),
    ...(p < LACK_OF_FIT_ALPHA ? [`the curve has another shape (lack of fit, p = ${p.toPrecision(2)})`] : []),
    ...(rmse > MAX_RMSE ? [`the law is off by ${Math.round(rmse * 100)} %, more than ${MAX_RMSE * 100} %`] : []),
  ];
}

/** Reports whether throughput per unit of N is higher at any level than at the lowest one, by the mean of logs. */
function isSuperlinear({ levels, rounds }: ScalingRounds): boolean {
  const efficiency = levels.map((level, i) => mean(rounds.map((round) => Math.log((round[i] as number) / level))));
  return efficiency.some((log) => log - (efficiency[0] as number) > Math.log1p(SUPERLINEAR));
}

/** Returns p of the F-test that the residuals of the levels' means are no larger than the scatter of rounds. */
function lackOfFitP({ levels, rounds }: ScalingRounds, coefficients: UslCoefficients): number {
  // Rounds are blocks: a slow round is slow at all levels, which is not scatter around the curve.
  const logs = logsOf({ levels, rounds });
  const grand = mean(logs.flat());
  const ofRound = logs.map(mean);
  const ofLevel = levels.map((_, i) => mean(logs.map((round) => round[i] as number)));
  const pure = logs.flatMap((round, r) =>
    round.map((log, i) => (log - (ofRound[r] as number) - (ofLevel[i] as number) + grand) ** 2),
  );
  const lack = ofLevel.map((log, i) => (log - Math.log(uslThroughput(coefficients, levels[i] as number))) ** 2);
  const [lackFreedom, pureFreedom] = [levels.length - 3, (levels.length - 1) * (rounds.length - 1)];
  const pureMean = sum(pure) / pureFreedom;
  const lackMean = (rounds.length * sum(lack)) / lackFreedom;
  return pureMean === 0 ? Number(lackMean < 1e-18) : fUpperTail(lackMean / pureMean, lackFreedom, pureFreedom);
}

function resampled(data: ScalingRounds, fit: UslCoefficients, random: Random): ScalingLaw['intervals'] {
  const fits = refits(data, fit, RESAMPLES, random);
  const interval = (name: keyof UslCoefficients) =>
    middle(
      fits.map((each) => each[name]),
      data.rounds.length,
    );
  return { gamma: interval('gamma'), sigma: interval('sigma'), kappa: interval('kappa') };
}

/** Returns fits to rounds drawn with replacement. */
function refits(data: ScalingRounds, fit: UslCoefficients, times: number, random: Random): UslCoefficients[] {
  const logs = logsOf(data);
  // Start at the fit itself, and at a point away from both bounds: from a bound, the search may not get away.
  const away = { sigma: Math.max(0.01, fit.sigma), kappa: Math.max(1e-6, fit.kappa) };
  const starts = away.sigma === fit.sigma && away.kappa === fit.kappa ? [fit] : [fit, away];
  return Array.from({ length: times }, () => {
    const drawn = logs.map(() => logs[Math.floor(random() * logs.length)] as readonly number[]);
    return fitUsl(pointsOf(data.levels, drawn), starts);
  });
}

/** Returns the interval that leaves out the ends of resampled estimates. @param rounds that were drawn from. */
function middle(estimates: readonly number[], rounds: number): Interval {
  const outside = expandedTail(INTERVAL_ALPHA / 2, rounds);
  const sorted = [...estimates].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  return { low: at(outside), high: at(1 - outside) };
}

/** Resampled sets of rounds for a band: fewer than for the intervals of coefficients, as it is drawn, not read. */
const BAND_RESAMPLES = 400;

/**
 * Returns the pointwise 95 % band of a law: at each concurrency, the interval of its throughput over fits to rounds
 * drawn with replacement, as for the intervals of its coefficients. Those intervals alone give no band, because errors
 * of the coefficients depend on each other.
 * @param at concurrencies.
 */
export function scalingBand(
  data: ScalingRounds,
  fit: UslCoefficients,
  at: readonly number[],
  random: Random,
): Interval[] {
  const fits = refits(data, fit, BAND_RESAMPLES, random);
  return at.map((n) =>
    middle(
      fits.map((each) => uslThroughput(each, n)),
      data.rounds.length,
    ),
  );
}

function peakOf({ levels }: ScalingRounds, coefficients: UslCoefficients, kappa: Interval): ScalingLaw['peak'] {
  const highest = levels.at(-1) as number;
  const peak = uslPeak(coefficients);
  return kappa.low <= 0 || peak > highest ? { beyond: highest } : { concurrency: peak };
}

/** Returns ln of the throughput, by round, then by level. */
function logsOf({ rounds }: ScalingRounds): number[][] {
  return rounds.map((round) => round.map(Math.log));
}

/** Returns one point for each level: the geometric mean over rounds. */
function pointsOf(levels: readonly number[], logs: readonly (readonly number[])[]): UslPoint[] {
  return levels.map((concurrency, i) => {
    let sum = 0;
    for (const round of logs) sum += round[i] as number;
    return { concurrency, throughput: Math.exp(sum / logs.length) };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
