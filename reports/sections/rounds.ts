import { type MetricName, metricOf } from '../../bench/model/metrics.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { medianInterval } from '../../bench/stats/median.ts';
import type { LinePoint } from '../document/chart.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { formatPlural } from '../text/quantities.ts';

/** What rounds say about one number, for charts: their values, the interval of their median, and doubts. */

const INTERVAL_ALPHA = 0.05;

/** Fewest rounds with such an interval. */
export const INTERVAL_ROUNDS = 6;

/** Describes the intervals of {@link roundsInterval}, for captions. */
export const INTERVAL_WORDS =
  'the 95 % interval of the median by the sign test, which assumes nothing about how rounds scatter';

/** Returns a metric's value in each round that measured it, in the order in which they ran. */
export function roundValues({ trials }: Pick<Aggregate, 'trials'>, name: MetricName): number[] {
  return trials.map(metricOf(name).read).filter((value) => value !== null && value !== undefined);
}

/** Returns the ends of the interval of a metric's median over rounds; empty where there are too few rounds. */
export function roundsInterval(row: Pick<Aggregate, 'trials'>, name: MetricName): Pick<LinePoint, 'low' | 'high'> {
  return medianInterval(roundValues(row, name), INTERVAL_ALPHA) ?? {};
}

/** Returns a row's value of a metric as a point of a curve, with its interval and its doubts. */
export function roundsPoint(x: number, row: Aggregate, name: MetricName): LinePoint {
  return { x, y: row.values[name], ...roundsInterval(row, name), ...doubtsOf(row.trials) };
}

/** Returns what casts doubt on the numbers of trials, in a few words; empty when nothing does. */
export function doubtsOf(trials: readonly Trial[]): { readonly doubt?: string } {
  const doubtful = trials.filter(isDoubtful);
  if (doubtful.length === 0) return {};
  const codes = [...new Set(doubtful.flatMap(codesOf))].join(', ');
  const invalid = doubtful.filter(({ validity }) => validity.verdict === 'invalid').length;
  const verdict = invalid === 0 ? 'doubtful' : invalid === doubtful.length ? 'invalid' : 'doubtful or invalid';
  if (trials.length === 1) return { doubt: `${verdict}: ${codes}` };
  return { doubt: `${verdict} in ${doubtful.length} of ${formatPlural(trials.length, 'round')}: ${codes}` };
}

/** Reports whether a trial's numbers may be wrong, or may mean something else than they seem to. */
export function isDoubtful({ validity, generator }: Trial): boolean {
  return validity.verdict !== 'valid' || generator.saturated;
}

/** Returns the codes of a trial's reasons, which the table of doubts explains. */
function codesOf({ validity, generator }: Trial): string[] {
  const codes = validity.reasons.map(({ code }) => code);
  if (codes.length > 0) return codes;
  return [generator.saturated ? 'generator-saturated' : validity.verdict];
}
