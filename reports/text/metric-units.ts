import type { Metric, MetricUnit } from '../../bench/model/metric.ts';
import {
  byteRateUnit,
  formatByteRate,
  formatBytes,
  formatCount,
  formatMicros,
  formatNumber,
  memoryUnit,
  timeUnit,
  type Unit,
} from './quantities.ts';

/** Formats of metric values, by the unit in their descriptor. */

const FORMATS = {
  micros: formatMicros,
  count: (value) => (Number.isInteger(value) ? formatCount(value) : formatNumber(value)),
  share: (value) => `${formatNumber(value * 100)} %`,
  bytes: (value) => formatBytes(Math.round(value)),
  perSecond: (value) => `${formatCount(value)}/s`,
  bytesPerSecond: formatByteRate,
} as const satisfies Record<MetricUnit, (value: number) => string>;

/** Formats a value with its unit: `582 µs`, `0.1 %`, `98.4k/s`. */
export function formatMetric(unit: MetricUnit, value: number): string {
  return FORMATS[unit](value);
}

/** Units of columns, chosen by their values. Counts and rates are written with a suffix instead: `98.4k`. */
const COLUMN_UNITS = {
  micros: timeUnit,
  count: () => undefined,
  share: () => ({ name: '%', factor: 0.01 }),
  bytes: memoryUnit,
  perSecond: () => undefined,
  bytesPerSecond: byteRateUnit,
} as const satisfies Record<MetricUnit, (values: readonly number[]) => Unit | undefined>;

/** Units of columns whose values are divided by something. */
const RATIO_UNITS = {
  request: { name: 'µs/req', factor: 1 },
  connection: { name: 'KiB/conn', factor: 1024 },
  gigabyte: { name: 's/GB', factor: 1e6 },
} as const satisfies Record<NonNullable<Metric['per']>, Unit>;

/** Returns the unit of a column of a metric's values; undefined when each value shows its own. */
export function columnUnit({ unit, per }: Pick<Metric, 'unit' | 'per'>, values: readonly number[]): Unit | undefined {
  return per === undefined ? COLUMN_UNITS[unit](values) : RATIO_UNITS[per];
}
