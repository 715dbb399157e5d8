import { median } from '../../bench/stats/median.ts';

/** How amounts are written in reports: with three significant digits, in a unit that suits them. */

/** Text of a cell without a value. */
export const NONE = '–';

/** Unit of a whole column: its name, and its size in base units. */
export interface Unit {
  readonly name: string;
  readonly factor: number;
}

export const TIME_UNITS: readonly Unit[] = [
  { name: 'µs', factor: 1 },
  { name: 'ms', factor: 1e3 },
  { name: 's', factor: 1e6 },
];

export const MEMORY_UNITS: readonly Unit[] = [
  { name: 'KiB', factor: 1024 },
  { name: 'MiB', factor: 1024 ** 2 },
  { name: 'GiB', factor: 1024 ** 3 },
];

/** Decimal, as in iperf3 and network hardware. */
export const BYTE_RATE_UNITS: readonly Unit[] = [
  { name: 'B/s', factor: 1 },
  { name: 'kB/s', factor: 1e3 },
  { name: 'MB/s', factor: 1e6 },
  { name: 'GB/s', factor: 1e9 },
];

/**
 * Formats three significant digits, or all before the point; at most four decimals: `0.0077`, `0.123`, `1.23`, `12.3`,
 * `123`, `12,345`.
 */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const decimals = size < 0.09995 ? 4 : size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Formats a rate or a count: `850`, `98.4k`, `1.23M`. */
export function formatCount(value: number): string {
  if (value < 999.5) return value < 99.95 && !Number.isInteger(value) ? formatNumber(value) : value.toFixed(0);
  if (value < 999_500) return `${formatNumber(value / 1e3)}k`;
  if (value < 999.5e6) return `${formatNumber(value / 1e6)}M`;
  return `${formatNumber(value / 1e9)}G`;
}

/** Formats microseconds in a suitable unit: `582 µs`, `12.3 ms`, `1.50 s`. */
export function formatMicros(micros: number): string {
  const { name, factor } = unitFor([micros], TIME_UNITS);
  return `${formatNumber(micros / factor)} ${name}`;
}

/** Formats bytes in a suitable unit: `64 B`, `4.00 KiB`, `123 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const { name, factor } = unitFor([bytes], MEMORY_UNITS);
  return `${formatNumber(bytes / factor)} ${name}`;
}

/** Formats bytes per second in a suitable unit: `850 B/s`, `1.23 GB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  const { name, factor } = unitFor([bytesPerSecond], BYTE_RATE_UNITS);
  return `${formatNumber(bytesPerSecond / factor)} ${name}`;
}

/** Formats seconds for reading: `250 ms`, `1.5 s`, `42 s`, `2 min`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds > 0 && seconds < 0.9995) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 60) return `${seconds < 9.95 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest > 0 ? ` ${rest} s` : ''}`;
}

/** Formats a share, or a change as a share: `0.1 %`, `-4.2 %`, `12 %`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(Math.abs(share) < 0.0995 ? 1 : 0)} %`;
}

/** Formats a share that may be unknown. */
export function formatShareOrNone(share: number | null): string {
  return share === null ? NONE : formatShare(share);
}

/** Formats a probability without its leading zero: `.0123`; below the last decimal `< .0001`. */
export function formatProbability(p: number, decimals = 4): string {
  const shown = (value: number) => value.toFixed(decimals).replace(/^0/, '');
  const least = 10 ** -decimals;
  return p < least ? `< ${shown(least)}` : shown(p);
}

/** Formats p of a test for a sentence: `p = .0123`, `p < .0001`. */
export function formatP(p: number, decimals = 4): string {
  return `p ${formatProbability(p, decimals).replace(/^(?!<)/, '= ')}`;
}

/** Formats a count with its noun: `1 round`, `2 rounds`. */
export function formatPlural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Returns one unit for a whole column of times, so that its numbers are easy to compare.
 * @param micros in microseconds.
 */
export function timeUnit(micros: readonly number[]): Unit {
  return unitFor(micros, TIME_UNITS);
}

/**
 * Returns one unit for a whole column of memory.
 * @param bytes in bytes.
 */
export function memoryUnit(bytes: readonly number[]): Unit {
  return unitFor(bytes, MEMORY_UNITS);
}

/**
 * Returns one unit for a whole column of rates.
 * @param rates in bytes per second.
 */
export function byteRateUnit(rates: readonly number[]): Unit {
  return unitFor(rates, BYTE_RATE_UNITS);
}

/** Returns the largest unit in which the median is at least one; a larger one if some value would need five digits. */
function unitFor(values: readonly number[], units: readonly Unit[]): Unit {
  const middle = median(values);
  const most = Math.max(...values);
  const fits = ({ factor }: Unit) => middle >= factor * 0.9995 || most >= 9999.5 * (factor / 1000);
  const [smallest] = units;
  return units.findLast(fits) ?? smallest ?? { name: '', factor: 1 };
}
