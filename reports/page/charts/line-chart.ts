import type { LineChart, LineSeries, Rule } from '../../document/chart.ts';
import { element } from '../../text/markup.ts';
import { drawEndLabels, endLabelWidth, endsNearEdge } from './end-labels.ts';
import {
  drawing,
  drawXAxis,
  drawXRules,
  drawYAxis,
  drawYRules,
  type Layout,
  LINE_PX,
  type PlacedRule,
  type Plot,
  placeRules,
  X_AXIS_PX,
} from './frame.ts';
import { textPixels } from './label-places.ts';
import { type Scale, scaleOf } from './scale.ts';
import { drawSeries } from './series.ts';
import { type SeriesStyle, seriesStyles } from './series-style.ts';

/** Heights of the plots in pixels. */
const PLOT_PX = { wide: 310, narrow: 240 };
/** Space between the data and the ends of the axis of x, so that markers do not cover the axis of y. */
const INSET_PX = 10;
/** Most different values of x that become ticks themselves. */
const MAX_DATA_TICKS = 16;
/** Most points that have a text for the pointer: the tables contain all. */
const MAX_TIPS = 60;
/** How much a rule may extend a linear axis of y beyond the data. */
const RULE_REACH = 3;

/** A drawn chart. */
export interface DrawnLineChart {
  readonly svg: string;
  /** Whether each curve has its name at its end, so that no legend is needed. */
  readonly isLabelled: boolean;
}

/** Draws curves and points as SVG. @param identities of the document, which decide colours and markers. */
export function drawLineChart(chart: LineChart, identities: readonly string[], layout: Layout): DrawnLineChart {
  const styles = seriesStyles(chart.series, identities);
  const labelWidth = layout.name === 'wide' ? endLabelWidth(chart.series, PLOT_PX[layout.name]) : undefined;
  if (labelWidth !== undefined) {
    const geometry = geometryOf(chart, layout, labelWidth);
    if (endsNearEdge(chart.series, geometry.x)) return draw(chart, styles, layout, geometry, true);
  }
  return draw(chart, styles, layout, geometryOf(chart, layout, 14), false);
}

interface Geometry {
  readonly x: Scale;
  readonly y: Scale;
  readonly plot: Plot;
  readonly xRules: readonly PlacedRule[];
}

function geometryOf(chart: LineChart, layout: Layout, rightMargin: number): Geometry {
  const height = PLOT_PX[layout.name];
  const isWide = layout.name === 'wide';
  const rules = chart.rules ?? [];
  const y = (top: number) =>
    scaleOf(chart.y, valuesOfY(chart), { range: [top + height, top], ticks: isWide ? 6 : 5, isValueAxis: true });
  const left = Math.max(0, ...y(0).ticks.map(({ label }) => textPixels(label))) + 12;
  const right = layout.width - rightMargin;
  const x = scaleOf(chart.x, valuesOfX(chart.series, rules), {
    range: [left + INSET_PX, right - INSET_PX],
    ticks: isWide ? 9 : 4,
    isValueAxis: false,
    ...dataTicks(chart),
  });
  const xRules = placeRules(rules, x, layout.width);
  const top = 2 * LINE_PX - 6 + Math.max(0, ...xRules.map(({ row }) => row + 1)) * LINE_PX;
  return { x, y: y(top), plot: { left, right, top, bottom: top + height }, xRules };
}

function draw(
  chart: LineChart,
  styles: readonly SeriesStyle[],
  layout: Layout,
  { x, y, plot, xRules }: Geometry,
  isLabelled: boolean,
): DrawnLineChart {
  const points = chart.series.reduce((sum, { points }) => sum + points.length, 0);
  const hasTips = layout.name === 'wide' && points <= MAX_TIPS;
  const order = chart.series.map((_, i) => i).sort((i, k) => layer(chart.series[i]) - layer(chart.series[k]));
  const series = order.map((i) => {
    const [one, style] = [chart.series[i], styles[i]];
    return one && style ? drawSeries(one, style, { chart, x, y, hasTips }) : '';
  });
  const content = [
    drawYAxis(y, plot),
    drawXAxis(x, plot, chart.x.scale !== 'linear'),
    drawXRules(xRules, plot),
    element('g', { class: 'data' }, ...series),
    drawYRules(chart.rules ?? [], y, plot),
    isLabelled ? drawEndLabels(chart.series, styles, { x, y, plot, width: layout.width }) : '',
  ];
  return { svg: drawing(chart.id, layout, plot.bottom + X_AXIS_PX, content.join('')), isLabelled };
}

/** Computed curves are drawn below measured ones. */
function layer(series: LineSeries | undefined): number {
  return series?.style === 'fit' ? 0 : 1;
}

function valuesOfX(series: readonly LineSeries[], rules: readonly Rule[]): number[] {
  return [
    ...series.flatMap(({ points }) => points.map(({ x }) => x)),
    ...rules.flatMap(({ axis, at }) => (axis === 'x' ? [at] : [])),
  ];
}

/** Returns all that the axis of y shows: rules too, unless they would make the data small. */
export function valuesOfY({ series, rules = [], y }: LineChart): number[] {
  const data = series.flatMap(({ points }) =>
    points.flatMap(({ y, low, high }) => [y, low, high].filter((value) => typeof value === 'number')),
  );
  const reach = y.scale === 'log' ? 100 : RULE_REACH;
  const [least, most] = [Math.min(...data), Math.max(...data)];
  const near = rules.filter(
    ({ axis, at }) => axis === 'y' && at <= most * reach && (y.scale !== 'log' || at * reach >= least),
  );
  return [...data, ...near.map(({ at }) => at)];
}

/** Few different values of x, such as numbers of connections, are its ticks. */
function dataTicks({ x, series }: LineChart): { preferred?: readonly number[] } {
  if (x.scale === 'percentile' || series.some(({ style }) => style === 'fit' && series.length === 1)) return {};
  const measured = series.filter(({ style }) => style !== 'fit').flatMap(({ points }) => points.map(({ x }) => x));
  const distinct = [...new Set(measured)].sort((a, b) => a - b);
  const isRound = distinct.every((value) => Number(value.toPrecision(4)) === value);
  return distinct.length > 1 && distinct.length <= MAX_DATA_TICKS && isRound && x.unit !== 'seconds'
    ? { preferred: distinct }
    : {};
}
