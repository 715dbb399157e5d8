import { columnUnit, formatMetric } from '../text/metric-units.ts';
import {
  BYTE_RATE_UNITS,
  formatNumber,
  formatSeconds,
  MEMORY_UNITS,
  TIME_UNITS,
  type Unit,
} from '../text/quantities.ts';
import type { ChartUnit } from './chart.ts';

/** How values of charts are written. */

/** Units that are no units of metrics. */
const OWN = {
  seconds: formatSeconds,
  percentile: (value) => `p${percentileDigits(value)}`,
  ratio: (value) => `${formatNumber(value)}×`,
  number: (value) => (Number.isInteger(value) ? String(value) : formatNumber(value)),
} as const satisfies Partial<Record<ChartUnit, (value: number) => string>>;

function isOwn(unit: ChartUnit): unit is keyof typeof OWN {
  return Object.hasOwn(OWN, unit);
}

/** Formats a value with its unit: `582 µs`, `98.4k/s`, `p99.9`, `1.05×`, `−3.20 %`. */
export function formatChartValue(unit: ChartUnit, value: number): string {
  const text = isOwn(unit) ? OWN[unit](value) : formatMetric(unit, value);
  return text.replace(/^-/, '−');
}

/** Returns one unit for all of some values; undefined when each value shows its own, or has none. */
export function commonUnit(unit: ChartUnit, values: readonly number[]): Unit | undefined {
  if (unit === 'seconds') return { name: 's', factor: 1 };
  if (isOwn(unit) || values.length === 0) return undefined;
  return columnUnit({ unit }, values);
}

/** Writes a percentile with two significant digits of its distance from 100: `50`, `43.8`, `99.9`, `99.944`. */
export function percentileDigits(percentile: number): string {
  const decimals = percentile >= 100 ? 0 : Math.max(1, 1 - Math.floor(Math.log10(100 - percentile)));
  return String(Number(percentile.toFixed(decimals)));
}

const COUNT_UNITS: readonly Unit[] = [
  { name: '', factor: 1 },
  { name: 'k', factor: 1e3 },
  { name: 'M', factor: 1e6 },
  { name: 'G', factor: 1e9 },
];

/** Units in ascending order, for programs that format values themselves, such as the script of a page. */
const LADDERS = {
  micros: TIME_UNITS,
  count: COUNT_UNITS,
  share: [{ name: '%', factor: 0.01 }],
  bytes: [{ name: 'B', factor: 1 }, ...MEMORY_UNITS],
  perSecond: COUNT_UNITS.map(({ name, factor }) => ({ name: `${name}/s`, factor })),
  bytesPerSecond: BYTE_RATE_UNITS,
  seconds: [{ name: 's', factor: 1 }],
  percentile: [],
  ratio: [{ name: '×', factor: 1 }],
  number: [{ name: '', factor: 1 }],
} as const satisfies Record<ChartUnit, readonly Unit[]>;

/** Returns the units in which values of an axis are written, in ascending order; none for percentiles. */
export function unitLadder(unit: ChartUnit): readonly Unit[] {
  return LADDERS[unit];
}
