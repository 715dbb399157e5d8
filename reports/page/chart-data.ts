import type { Axis, LineChart, LinePoint, LineSeries } from '../document/chart.ts';
import { percentileDigits, unitLadder } from '../document/chart-units.ts';
import { withControlsShown } from '../text/plain.ts';
import { corners } from './charts/marker.ts';
import { percentilePlace } from './charts/scale.ts';
import { type SeriesStyle, seriesStyles } from './charts/series-style.ts';
import { percentileTicks } from './charts/ticks.ts';

/** Significant digits of values: more than any report shows, and few bytes. */
const DIGITS = 5;

/**
 * Returns the data of an interactive chart for the script of the page (browser/interactive-charts.js, which declares the
 * same structure), as JSON that is safe inside of a script element. Percentiles are places on their axis.
 */
export function chartData(chart: LineChart, identities: readonly string[]): string {
  const styles = seriesStyles(chart.series, identities);
  const xs = chart.series.flatMap(({ points }) => points.map(({ x }) => x));
  const grid = longest(chart.series).map(({ x }) => x);
  const place = chart.x.scale === 'percentile' ? percentilePlace(xs) : (value: number) => value;
  const data = {
    title: withControlsShown(chart.title),
    x: { ...axisData(chart.x), ...(chart.x.scale === 'percentile' && percentiles(xs, place)) },
    y: axisData(chart.y),
    grid: grid.map((x) => rounded(place(x))),
    series: chart.series.map((series, i) => ({
      ...seriesData(series, styles[i]),
      ...(!startsWith(grid, series) && { x: series.points.map(({ x }) => rounded(place(x))) }),
    })),
    rules: (chart.rules ?? []).map(({ axis, at, label, tone }) => ({
      axis,
      at: rounded(axis === 'x' ? place(at) : at),
      label: withControlsShown(label),
      tone,
    })),
  };
  return JSON.stringify(data).replace(/</g, '\\u003c');
}

function axisData({ name, unit, scale, includesZero = true }: Axis) {
  return { name: withControlsShown(name), scale, units: unitLadder(unit), includesZero };
}

/** Returns the ticks of an axis of percentiles, and where the maximum is. */
function percentiles(xs: readonly number[], place: (percentile: number) => number) {
  const ticks = percentileTicks(Math.max(...xs.filter((value) => value < 100), 90));
  const maximum = xs.some((value) => value >= 100) ? [[rounded(place(100)), 'max']] : [];
  return { ticks: [...ticks.map((value) => [rounded(place(value)), percentileDigits(value)]), ...maximum] };
}

/** Returns the points of the series that has most: others often have the first of its values of x, which are stored once. */
function longest(series: readonly LineSeries[]): readonly LinePoint[] {
  return series.reduce<readonly LinePoint[]>((most, { points }) => (points.length > most.length ? points : most), []);
}

function startsWith(grid: readonly number[], { points }: LineSeries): boolean {
  return points.every(({ x }, i) => x === grid[i]);
}

function seriesData(series: LineSeries, style: SeriesStyle | undefined) {
  const { name, style: kind = 'line', points } = series;
  const hasInterval = points.some(({ low, high }) => typeof low === 'number' || typeof high === 'number');
  const doubtful = points.flatMap(({ doubt }, i) => (doubt === undefined ? [] : [i]));
  return {
    name: withControlsShown(name),
    kind,
    color: style?.color ?? 0,
    dash: (style?.dash ?? '').split(' ').filter(Boolean).map(Number),
    corners: corners(style?.shape ?? 'circle'),
    y: points.map(({ y }) => rounded(y)),
    ...(hasInterval && { low: points.map(({ low }) => rounded(low)), high: points.map(({ high }) => rounded(high)) }),
    ...(doubtful.length > 0 && { doubtful }),
  };
}

function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined || !Number.isFinite(value) ? null : Number(value.toPrecision(DIGITS));
}
