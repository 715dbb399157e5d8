import type { Metric, MetricUnit } from '../../bench/model/metric.ts';

/** How exports name and scale metrics: snake case, with a base unit (seconds, bytes, ratios) at the end of the name. */

interface BaseUnit {
  /** Suffix of a name; empty for counts. */
  readonly name: string;
  /** Values in a metric's own unit for each base unit. */
  readonly divisor: number;
  /** The Unified Code for Units of Measure, which OpenTelemetry uses. */
  readonly ucum: string;
}

const BASE_UNITS = {
  micros: { name: 'seconds', divisor: 1e6, ucum: 's' },
  count: { name: '', divisor: 1, ucum: '1' },
  share: { name: 'ratio', divisor: 1, ucum: '1' },
  bytes: { name: 'bytes', divisor: 1, ucum: 'By' },
  perSecond: { name: 'per_second', divisor: 1, ucum: '{request}/s' },
  bytesPerSecond: { name: 'bytes_per_second', divisor: 1, ucum: 'By/s' },
} as const satisfies Record<MetricUnit, BaseUnit>;

/** What decides the name of a metric in exports. */
export type Named = Pick<Metric, 'unit' | 'per'> & { readonly name: string };

/** Digits that a double keeps. With more, dividing would show its own rounding: 0.00022476699999999998. */
const DIGITS = 15;

/** Returns a value of a metric in its base unit: 582 µs are 0.000582 s. */
export function inBaseUnit({ unit }: Named, value: number): number {
  return Number((value / BASE_UNITS[unit].divisor).toPrecision(DIGITS));
}

/** Returns the name of a metric's base unit: `seconds`; empty for counts. */
export function baseUnitName({ unit }: Named): string {
  return BASE_UNITS[unit].name;
}

/** Returns a metric's unit in the Unified Code for Units of Measure: `s`, `By`, `s/{request}`. */
export function ucumUnit({ unit, per }: Named): string {
  return `${BASE_UNITS[unit].ucum}${per === undefined ? '' : `/{${per}}`}`;
}

/** Returns the name of a metric with its base unit: `response_p99_seconds`, `cpu_per_request_seconds`, `errors`. */
export function exportName(named: Named): string {
  const words = snakeCase(named.name);
  const per = named.per === undefined || words.endsWith(`_per_${named.per}`) ? '' : `_per_${named.per}`;
  const unit = baseUnitName(named);
  if (unit === '') return `${words}${per}`;
  return unit.startsWith(`${words}_`) ? unit : `${words}${per}_${unit}`;
}

/** Writes `generator.scheduleLag.p99` as `generator_schedule_lag_p99`. */
export function snakeCase(name: string): string {
  return name.replace(/\.|(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}
