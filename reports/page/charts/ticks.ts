import type { ChartUnit } from '../../document/chart.ts';
import { formatChartValue, percentileDigits, unitLadder } from '../../document/chart-units.ts';
import { formatCount, formatNumber, type Unit } from '../../text/quantities.ts';

/** Round values for the ticks of an axis, and how they are written. */

/** Steps between ticks, times a power of ten. */
const STEPS = [1, 2, 5, 10];

/**
 * Returns multiples of 1, 2 or 5 times a power of ten from `min` to `max`.
 * @param count about how many; at least 1.
 */
export function linearTicks(min: number, max: number, count: number): number[] {
  const step = tickStep(max - min, count);
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Returns the step between ticks: 1, 2 or 5 times a power of ten. */
function tickStep(span: number, count: number): number {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (STEPS.find((step) => step * power >= rough * (1 - 1e-9)) ?? 10);
}

/** Digits of the ticks of a logarithmic axis, from the densest to the sparsest. */
const LOG_DIGITS = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]];

/**
 * Returns round values from `min` to `max`, as many as there are up to `count`: 1, 2 and 5 times powers of ten, or denser
 * or sparser ones.
 */
export function logTicks(min: number, max: number, count: number): number[] {
  const [low, high] = [Math.floor(Math.log10(min) + 1e-9), Math.ceil(Math.log10(max) - 1e-9)];
  const powers = Array.from({ length: high - low + 1 }, (_, i) => low + i);
  const within = (values: number[]) => values.filter((value) => value >= min * 0.9999 && value <= max * 1.0001);
  const choices = LOG_DIGITS.map((digits) =>
    within(powers.flatMap((power) => digits.map((digit) => Number((digit * 10 ** power).toPrecision(3))))),
  );
  const every = Math.ceil((high - low + 1) / Math.max(1, count));
  const sparse = within(powers.filter((power) => (power - low) % every === 0).map((power) => 10 ** power));
  return choices.find((ticks) => ticks.length <= count) ?? sparse;
}

/** Returns powers of two from `min` to `max`, for sizes in bytes, at most about `count`. */
export function binaryTicks(min: number, max: number, count: number): number[] {
  const [low, high] = [Math.ceil(Math.log2(min)), Math.floor(Math.log2(max))];
  const every = Math.max(1, Math.ceil((high - low + 1) / Math.max(1, count)));
  return Array.from({ length: Math.max(0, Math.floor((high - low) / every) + 1) }, (_, i) => 2 ** (low + i * every));
}

/** Returns 0, 50, 90, 99, 99.9 and so on to `max`. */
export function percentileTicks(max: number): number[] {
  const nines = Array.from({ length: 7 }, (_, i) => Number((100 - 10 ** (1 - i)).toFixed(5)));
  return [0, 50, ...nines].filter((percentile) => percentile <= max);
}

/** Writes the values of ticks: with more digits where three would make two of them alike, on an axis of near values. */
export function tickLabels(kind: ChartUnit, values: readonly number[], unit: Unit | undefined): string[] {
  const labels = values.map((value) => tickLabel(kind, value, unit));
  if (kind === 'percentile' || new Set(labels).size === labels.length) return labels;
  const most = Math.max(...values.map(Math.abs));
  const { name, factor } = unit ?? unitLadder(kind).findLast((each) => most >= each.factor) ?? { name: '', factor: 1 };
  const isCount = kind === 'perSecond' || kind === 'count';
  const suffix = unit !== undefined || name === '' ? '' : isCount ? name.replace('/s', '') : ` ${name}`;
  return values.map((value) => `${DISTINCT.format(value / factor).replace('-', '−')}${suffix}`);
}

const DISTINCT = new Intl.NumberFormat('en', { maximumSignificantDigits: 7 });

/**
 * Writes the value of a tick.
 * @param unit of the axis, which then stands in its title; undefined where each tick has its own.
 */
export function tickLabel(kind: ChartUnit, value: number, unit: Unit | undefined): string {
  const size = Math.abs(value);
  const sign = value < 0 ? '−' : '';
  if (kind === 'percentile') return percentileDigits(value);
  // Counts such as 1,024 are exact.
  if (kind === 'count' && Number.isInteger(value) && size < 1e5) return sign + trimmed(formatNumber(size));
  if (kind === 'perSecond' || kind === 'count') return sign + trimmed(formatCount(size));
  if (unit !== undefined) return sign + trimmed(formatNumber(size / unit.factor));
  return sign + trimmed(formatChartValue(kind, size));
}

/** Removes zeros that end the decimals of a number. */
function trimmed(text: string): string {
  return text.replace(/(\.\d*?)0+(?=\D*$)/, '$1').replace(/\.(?=\D*$)/, '');
}
