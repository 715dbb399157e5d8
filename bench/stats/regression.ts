import { holmAdjusted } from './holm.ts';
import { type Look, PASS_ALPHA } from './looks.ts';
import { signedRank } from './signed-rank.ts';
import { type Interval, walshEstimate } from './walsh.ts';

/** How much worse a metric may get, as shares: 0.05 is 5 %. */
export interface Margins {
  /** Largest change that is not called a regression. */
  readonly tolerated: number;
  /** Smallest change that must not pass. */
  readonly detected: number;
}

/** The results of all sessions for one metric: ln(cost of B / cost of A), positive where B is worse. */
export interface MetricDifferences {
  readonly metric: string;
  readonly margins: Margins;
  /** One for each session that counts; not finite when the metric could not be estimated. */
  readonly differences: readonly number[];
}

/** What a look found about one metric. */
export interface MetricFinding {
  readonly metric: string;
  /** Hodges and Lehmann's estimate of how much worse B is, as a share; negative when it is better. NaN without data. */
  readonly change: number;
  /** 95 % interval of `change`, from Walsh averages. */
  readonly interval: Interval;
  /** p of "worse by no more than is tolerated", adjusted by Holm over all metrics. */
  readonly worseP: number;
  /** p of "worse by what must be detected, or more". */
  readonly withinP: number;
  readonly finding: 'regressed' | 'within' | 'open' | 'not-estimable';
}

/** What a look decides. */
export interface LookVerdict {
  readonly verdict: 'regressed' | 'pass' | 'continue' | 'inconclusive';
  readonly metrics: readonly MetricFinding[];
}

const INTERVAL_ALPHA = 0.05;

/**
 * Evaluates one look of a regression check. A metric has regressed when the signed-rank test rejects that it is worse
 * by no more than is tolerated. Holm's procedure covers all metrics, so that the look's alpha holds for any of them. B
 * passes when each metric rejects that it is worse by what must be detected. Otherwise the check continues, or at its
 * last look is inconclusive: a lack of significance is never called equality.
 * @param last whether there is no further look.
 */
export function lookAt(metrics: readonly MetricDifferences[], look: Look, last: boolean): LookVerdict {
  const worse = holmAdjusted(metrics.map(({ differences, margins }) => pOfWorse(differences, margins.tolerated)));
  const findings = metrics.map((each, i) => find(each, worse[i] as number, look));
  const some = (wanted: MetricFinding['finding']) => findings.some(({ finding }) => finding === wanted);
  if (some('regressed')) return { verdict: 'regressed', metrics: findings };
  if (findings.length > 0 && !some('open') && !some('not-estimable')) return { verdict: 'pass', metrics: findings };
  return { verdict: last ? 'inconclusive' : 'continue', metrics: findings };
}

function find({ metric, margins, differences }: MetricDifferences, worseP: number, look: Look): MetricFinding {
  if (!areEstimates(differences)) {
    const unknown = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
    return { metric, change: Number.NaN, interval: unknown, worseP: 1, withinP: 1, finding: 'not-estimable' };
  }
  const withinP = signedRank(differences, 'less', Math.log1p(margins.detected)).p;
  const { estimate, interval } = walshEstimate(differences, INTERVAL_ALPHA);
  return {
    metric,
    change: Math.expm1(estimate),
    interval: { low: Math.expm1(interval.low), high: Math.expm1(interval.high) },
    worseP,
    withinP,
    finding: worseP <= look.alpha ? 'regressed' : withinP <= PASS_ALPHA ? 'within' : 'open',
  };
}

function pOfWorse(differences: readonly number[], tolerated: number): number {
  return areEstimates(differences) ? signedRank(differences, 'greater', Math.log1p(tolerated)).p : 1;
}

function areEstimates(differences: readonly number[]): boolean {
  return differences.length > 0 && differences.every(Number.isFinite);
}

/**
 * Returns the smallest change that this number of sessions with this scatter would most likely have found, as a share:
 * the one at which the lower end of an interval at the look's level, as wide as this one, exceeds what is tolerated.
 * Infinite when there is no such interval.
 */
export function minimumDetectableChange({ differences, margins }: MetricDifferences, alpha: number): number {
  const { estimate, interval } = walshEstimate(differences, 2 * alpha);
  return Math.expm1(Math.log1p(margins.tolerated) + estimate - interval.low);
}
