import type { LineChart, LinePoint, LineSeries } from '../../document/chart.ts';
import { formatChartValue } from '../../document/chart-units.ts';
import { coordinate, element } from '../../text/markup.ts';
import { text } from './frame.ts';
import { markerAt } from './marker.ts';
import { linePath, type Place, stepPath } from './path.ts';
import type { Scale } from './scale.ts';
import type { SeriesStyle } from './series-style.ts';
import { thinned } from './thinning.ts';

/** Draws one series of a chart of curves. */

interface Surroundings {
  readonly chart: LineChart;
  readonly x: Scale;
  readonly y: Scale;
  /** Whether each marker has a text for the pointer. */
  readonly hasTips: boolean;
}

/** A point with its place in pixels. */
interface Placed {
  readonly point: LinePoint;
  readonly px: number;
  readonly py: number;
}

/** Least distance between the markers of a curve. */
const MARKER_GAP_PX = 9;
const CAP_PX = 3;

/** Draws the band, the curve, the error bars and the markers of a series. */
export function drawSeries(series: LineSeries, style: SeriesStyle, around: Surroundings): string {
  const { style: kind = 'line', points } = series;
  const places = points.map((point) => placed(point, around));
  const runs = contiguous(places).map((run) => thinned(run));
  const dash = style.dash === '' || kind === 'fit' ? undefined : style.dash;
  const path = kind === 'step' ? stepPath : linePath;
  const d = runs.map((run) => path(run.map(({ px, py }) => [px, py]))).join('');
  return element(
    'g',
    { class: `c${style.color}` },
    kind === 'fit' ? bands(contiguous(places), around.y) : '',
    kind === 'points' || d === ''
      ? ''
      : element('path', { class: kind === 'fit' ? 'fit' : 'line', d, 'stroke-dasharray': dash }),
    kind === 'fit' ? '' : whiskers(places, around.y),
    kind === 'fit' ? '' : markers(series, style, places, around),
  );
}

function placed(point: LinePoint, { x, y }: Surroundings): Placed | undefined {
  const [px, py] = [x.at(point.x), point.y === null ? undefined : y.at(point.y)];
  return px === undefined || py === undefined ? undefined : { point, px, py };
}

/** Divides points at those without a value. */
function contiguous(places: readonly (Placed | undefined)[]): Placed[][] {
  const runs: Placed[][] = [[]];
  for (const place of places) {
    if (place === undefined) runs.push([]);
    else runs.at(-1)?.push(place);
  }
  return runs.filter((run) => run.length > 0);
}

/** Draws the intervals of a computed curve as an area. */
function bands(runs: readonly (readonly Placed[])[], y: Scale): string {
  const areas = runs.map((run) => {
    const ends = run.flatMap(({ point, px }) => {
      const [low, high] = [heightOf(point.low, y), heightOf(point.high, y)];
      return low === undefined || high === undefined ? [] : [{ px, low, high }];
    });
    if (ends.length < 2) return '';
    const upper = ends.map(({ px, high }): Place => [px, high]);
    const lower = ends.map(({ px, low }): Place => [px, low]).reverse();
    return `${linePath([...upper, ...lower])}z`;
  });
  return areas.join('') === '' ? '' : element('path', { class: 'band', d: areas.join('') });
}

function heightOf(value: number | null | undefined, y: Scale): number | undefined {
  return value === null || value === undefined ? undefined : y.at(value);
}

function whiskers(places: readonly (Placed | undefined)[], y: Scale): string {
  const bars = places.map((place) => {
    const [low, high] = [heightOf(place?.point.low, y), heightOf(place?.point.high, y)];
    if (place === undefined || low === undefined || high === undefined) return '';
    const length = coordinate(low - high);
    return `M${coordinate(place.px)} ${coordinate(high)}v${length}m${-CAP_PX} 0h${2 * CAP_PX}m${-2 * CAP_PX}-${length}h${2 * CAP_PX}`;
  });
  return bars.join('') === '' ? '' : element('path', { class: 'whisker', d: bars.join('') });
}

/** Draws markers where they have room, and at each doubtful point and each one without neighbours. */
function markers(
  series: LineSeries,
  { shape }: SeriesStyle,
  places: readonly (Placed | undefined)[],
  around: Surroundings,
): string {
  const drawn = places.filter((place) => place !== undefined);
  const kept = series.style === 'points' || drawn.length === 1 ? drawn : spaced(drawn, around.chart.interactive);
  const mark = (list: readonly Placed[], className: string) => {
    const marks = list.map((place) =>
      markerAt(
        shape,
        place.px,
        place.py,
        {},
        around.hasTips ? element('title', {}, text(tip(series, place, around))) : '',
      ),
    );
    return list.length === 0 ? '' : element('g', { class: className }, ...marks);
  };
  const [plain, doubtful] = [kept, drawn].map((list, i) =>
    list.filter(({ point }) => (point.doubt !== undefined) === (i === 1)),
  );
  return mark(plain ?? [], 'mark') + mark(doubtful ?? [], 'mark hollow');
}

/** Charts for many points have few markers, as their plots in a page. */
function spaced(places: readonly Placed[], isInteractive: boolean): Placed[] {
  let last = Number.NEGATIVE_INFINITY;
  const span = (places.at(-1)?.px ?? 0) - (places[0]?.px ?? 0);
  const isDense = span / Math.max(1, places.length - 1) < MARKER_GAP_PX;
  const gap = isDense || isInteractive ? 14 * MARKER_GAP_PX : 0;
  return places.filter(({ px }) => {
    if (px - last < gap) return false;
    last = px;
    return true;
  });
}

function tip({ name }: LineSeries, { point }: Placed, { chart }: Surroundings): string {
  const value = (number: number) => formatChartValue(chart.y.unit, number);
  const { low, high, doubt } = point;
  const interval = typeof low === 'number' && typeof high === 'number' ? ` (${value(low)} to ${value(high)})` : '';
  const at = `${chart.x.name} ${formatChartValue(chart.x.unit, point.x)}`;
  return `${name}, ${at}: ${value(point.y ?? 0)}${interval}${doubt === undefined ? '' : ` (doubtful: ${doubt})`}`;
}
