import { type MetricName, metricOf } from '../../bench/model/metrics.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { medianInterval } from '../../bench/stats/median.ts';
import type { IntervalRow, LinePoint } from '../document/chart.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { formatPlural } from '../text/quantities.ts';

/** What rounds say about one number, for charts: their values, the interval of their median, and doubts. */

const INTERVAL_ALPHA = 0.05;

/** Fewest rounds with such an interval. */
export const INTERVAL_ROUNDS = 6;

/** Describes the intervals of {@link roundsInterval}, for captions. */
export const INTERVAL_WORDS =
  'the 95 % interval of the median by the sign test, which assumes nothing about how rounds scatter';

/** Describes error bars at medians of rounds, for captions. */
export function medianWords(rows: readonly Pick<Aggregate, 'trials'>[]): string {
  const rounds = Math.max(0, ...rows.map(({ trials }) => trials.length));
  if (rounds < 2) return 'One round.';
  if (rounds < INTERVAL_ROUNDS)
    return `Medians of the rounds, without error bars: those take ${INTERVAL_ROUNDS} rounds.`;
  return `Medians of the rounds; error bars: ${INTERVAL_WORDS}.`;
}

/** Returns a metric's value in each round that measured it, in the order in which they ran. */
export function roundValues({ trials }: Pick<Aggregate, 'trials'>, name: MetricName): number[] {
  return trials.map(metricOf(name).read).filter((value) => value !== null && value !== undefined);
}

/** Most rounds whose values are drawn one by one: more say no more than their interval. */
const MAX_SAMPLES = 50;

/** Returns the single values behind a median, for a chart; empty for one round, and where there are too many. */
export function roundSamples(row: Pick<Aggregate, 'trials'>, name: MetricName): Pick<IntervalRow, 'samples'> {
  const samples = roundValues(row, name);
  return samples.length > 1 && samples.length <= MAX_SAMPLES ? { samples } : {};
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
export function codesOf({ validity, generator }: Trial): string[] {
  const codes = validity.reasons.map(({ code }) => code);
  if (codes.length > 0) return codes;
  return [generator.saturated ? 'generator-saturated' : validity.verdict];
}
