import type { Axis } from '../../document/chart.ts';
import { commonUnit } from '../../document/chart-units.ts';
import type { Unit } from '../../text/quantities.ts';
import { binaryTicks, linearTicks, logTicks, percentileTicks, tickLabels } from './ticks.ts';

export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Maps values of an axis to pixels. */
export interface Scale {
  /** Returns the pixel of a value; undefined where the axis cannot show it, such as 0 on a logarithmic one. */
  readonly at: (value: number) => number | undefined;
  readonly ticks: readonly Tick[];
  /** Ends of the axis, in its base unit. */
  readonly domain: readonly [number, number];
  /** Its name, with the unit of its ticks: `Latency (ms)`. */
  readonly title: string;
}

export interface ScaleOptions {
  /** Pixels of the least and of the greatest value. */
  readonly range: readonly [number, number];
  /** About how many ticks. */
  readonly ticks: number;
  /** Whether a linear axis begins at 0, unless its axis forbids it, and has some room beyond its values. */
  readonly isValueAxis: boolean;
  /** Values of the data that become ticks, when they are few. */
  readonly preferred?: readonly number[];
}

/** Part of a linear axis of values beyond the greatest, so that its marker is inside. */
const VALUE_ROOM = 0.05;
/** How far beyond the last percentile the maximum is drawn, in nines. */
const MAXIMUM_GAP = 0.35;

/** Returns log10(1 / (1 − p/100)): equal distances from 90 to 99 and from 99 to 99.9. */
export function nines(percentile: number): number {
  return -Math.log10(1 - percentile / 100);
}

/**
 * Returns the function that places percentiles on an axis, by their nines. 100, the maximum, has no place of its own and
 * is placed a little beyond the greatest other one.
 */
export function percentilePlace(values: readonly number[]): (percentile: number) => number {
  const top = Math.max(1, ...values.filter((value) => value < 100).map(nines)) + MAXIMUM_GAP;
  return (percentile) => (percentile >= 100 ? top : nines(percentile));
}

/** Makes the scale of an axis. @param values all that it must show. */
export function scaleOf(axis: Axis, values: readonly number[], options: ScaleOptions): Scale {
  const finite = values.filter((value) => Number.isFinite(value) && (axis.scale !== 'log' || value > 0));
  if (axis.scale === 'percentile') return percentileScale(axis, finite, options);
  return axis.scale === 'log' ? logScale(axis, finite, options) : linearScale(axis, finite, options);
}

function linearScale(axis: Axis, values: readonly number[], options: ScaleOptions): Scale {
  const fromZero = options.isValueAxis ? axis.includesZero !== false : axis.includesZero === true;
  const shown = fromZero ? [0, ...values] : values;
  const [low, high] = widened(Math.min(...shown), Math.max(...shown));
  const unit = unitOf(axis, [Math.max(Math.abs(low), Math.abs(high))]);
  const factor = unit?.factor ?? 1;
  const room = options.isValueAxis ? (high - low) * VALUE_ROOM : 0;
  const domain: [number, number] = [low === 0 && fromZero ? 0 : low - room, high === 0 && fromZero ? 0 : high + room];
  const ticks = linearTicks(domain[0] / factor, domain[1] / factor, options.ticks).map((value) => value * factor);
  return scale(axis, unit, domain, (value) => value, preferredOr(ticks, domain, options), options);
}

function logScale(axis: Axis, values: readonly number[], options: ScaleOptions): Scale {
  const least = values.length === 0 ? 1 : Math.min(...values);
  const most = values.length === 0 ? 10 : Math.max(...values);
  const room = options.isValueAxis || least === most ? 1.12 : 1;
  const domain: [number, number] = [least / room, most * room];
  const ticks = preferredOr(logarithmicTicks(axis, domain, options.ticks + 2), domain, options);
  return scale(axis, undefined, domain, Math.log10, ticks, options);
}

/** Returns round values of a logarithmic axis; those of a linear one where it is too short to have two. */
function logarithmicTicks(axis: Axis, [low, high]: readonly [number, number], count: number): number[] {
  const ticks = axis.unit === 'bytes' ? binaryTicks(low, high, count) : logTicks(low, high, count);
  if (ticks.length > 1) return ticks;
  const factor = unitOf(axis, [high])?.factor ?? 1;
  return linearTicks(low / factor, high / factor, count).map((value) => value * factor);
}

function percentileScale(axis: Axis, values: readonly number[], options: ScaleOptions): Scale {
  const place = percentilePlace(values);
  const most = Math.max(90, ...values);
  const domain: [number, number] = [Math.min(50, ...values), most];
  const inside = percentileTicks(Math.max(90, ...values.filter((value) => value < 100)));
  const ticks = [...inside.filter((value) => value >= domain[0]), ...(most >= 100 ? [100] : [])];
  return scale(axis, undefined, domain, place, ticks, options);
}

/** Values of data are better ticks than round ones, such as the numbers of connections that were measured. */
function preferredOr(ticks: number[], [low, high]: readonly [number, number], { preferred }: ScaleOptions): number[] {
  if (preferred === undefined) return ticks;
  return preferred.filter((value) => value >= low && value <= high);
}

function scale(
  axis: Axis,
  unit: Unit | undefined,
  domain: readonly [number, number],
  place: (value: number) => number,
  ticks: readonly number[],
  { range: [from, to] }: ScaleOptions,
): Scale {
  const [low, high] = [place(domain[0]), place(domain[1])];
  const at = (value: number) => {
    const placed = place(value);
    return Number.isFinite(placed) ? from + ((placed - low) / (high - low || 1)) * (to - from) : undefined;
  };
  const labels = tickLabels(axis.unit, ticks, unit);
  const label = (value: number, i: number) => (axis.scale === 'percentile' && value >= 100 ? 'max' : (labels[i] ?? ''));
  const title = unit === undefined ? titleAlone(axis) : `${axis.name} (${unit.name})`;
  return { at, ticks: ticks.map((value, i) => ({ value, label: label(value, i) })), domain, title };
}

function titleAlone({ name, unit }: Axis): string {
  return unit === 'perSecond' && !/\/s|second/.test(name) ? `${name} (per second)` : name;
}

function unitOf({ unit }: Axis, values: readonly number[]): Unit | undefined {
  return unit === 'perSecond' || unit === 'count' ? undefined : commonUnit(unit, values);
}

function widened(low: number, high: number): [number, number] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  if (low < high) return [low, high];
  return low === 0 ? [0, 1] : [Math.min(0, low * 2), Math.max(0, low * 2)];
}
