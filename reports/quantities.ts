import { median } from '../bench/stats/median.ts';

/** How amounts are written in reports: three digits that matter, in the unit people say them in. */

/** Stands where there is nothing to show. */
export const NONE = '–';

/** A unit of a whole column: its name, and how many of the base unit it holds. */
export interface Unit {
  readonly name: string;
  readonly factor: number;
}

const TIME_UNITS: readonly Unit[] = [
  { name: 'µs', factor: 1 },
  { name: 'ms', factor: 1e3 },
  { name: 's', factor: 1e6 },
];

const MEMORY_UNITS: readonly Unit[] = [
  { name: 'KiB', factor: 1024 },
  { name: 'MiB', factor: 1024 ** 2 },
  { name: 'GiB', factor: 1024 ** 3 },
];

/** Decimal, as iperf3 and makers of networks count. */
const BYTE_RATE_UNITS: readonly Unit[] = [
  { name: 'B/s', factor: 1 },
  { name: 'kB/s', factor: 1e3 },
  { name: 'MB/s', factor: 1e6 },
  { name: 'GB/s', factor: 1e9 },
];

/** Three digits, or all before the point; at most four decimals: `0.0077`, `0.123`, `1.23`, `12.3`, `123`, `12,345`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const decimals = size < 0.09995 ? 4 : size < 0.9995 ? 3 : size < 9.995 ? 2 : size < 99.95 ? 1 : 0;
  const [whole = '', fraction] = value.toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** A rate or a count: `850`, `98.4k`, `1.23M`. */
export function formatCount(value: number): string {
  if (value < 999.5) return value < 99.95 && !Number.isInteger(value) ? formatNumber(value) : value.toFixed(0);
  if (value < 999_500) return `${formatNumber(value / 1e3)}k`;
  if (value < 999.5e6) return `${formatNumber(value / 1e6)}M`;
  return `${formatNumber(value / 1e9)}G`;
}

/** Microseconds in the unit that suits them: `582 µs`, `12.3 ms`, `1.50 s`. */
export function formatMicros(micros: number): string {
  const { name, factor } = unitFor([micros], TIME_UNITS);
  return `${formatNumber(micros / factor)} ${name}`;
}

/** Bytes in the unit that suits them: `64 B`, `4.00 KiB`, `123 MiB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const { name, factor } = unitFor([bytes], MEMORY_UNITS);
  return `${formatNumber(bytes / factor)} ${name}`;
}

/** Bytes a second in the unit that suits them: `850 B/s`, `1.23 GB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  const { name, factor } = unitFor([bytesPerSecond], BYTE_RATE_UNITS);
  return `${formatNumber(bytesPerSecond / factor)} ${name}`;
}

/** Seconds as people say them: `250 ms`, `1.5 s`, `42 s`, `2 min`, `2 min 5 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds > 0 && seconds < 0.9995) return `${Number((seconds * 1000).toPrecision(3))} ms`;
  if (seconds < 60) return `${seconds < 9.95 ? Number(seconds.toFixed(1)) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const rest = whole % 60;
  return `${Math.floor(whole / 60)} min${rest > 0 ? ` ${rest} s` : ''}`;
}

/** A share, or a change as one: `0.1 %`, `-4.2 %`, `12 %`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(Math.abs(share) < 0.0995 ? 1 : 0)} %`;
}

/** `1 round`, `2 rounds`. */
export function formatPlural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** One unit for a whole column of times, so that its numbers compare at a glance. @param micros in microseconds. */
export function timeUnit(micros: readonly number[]): Unit {
  return unitFor(micros, TIME_UNITS);
}

/** One unit for a whole column of memory. @param bytes in bytes. */
export function memoryUnit(bytes: readonly number[]): Unit {
  return unitFor(bytes, MEMORY_UNITS);
}

/** One unit for a whole column of rates. @param rates in bytes a second. */
export function byteRateUnit(rates: readonly number[]): Unit {
  return unitFor(rates, BYTE_RATE_UNITS);
}

/** The largest unit in which the middle value is at least one; a larger one when some value would need five digits. */
function unitFor(values: readonly number[], units: readonly Unit[]): Unit {
  const middle = median(values);
  const most = Math.max(...values);
  const fits = ({ factor }: Unit) => middle >= factor * 0.9995 || most >= 9999.5 * (factor / 1000);
  const [smallest] = units;
  return units.findLast(fits) ?? smallest ?? { name: '', factor: 1 };
}
