import type { LineSeries } from '../../document/chart.ts';
import { coordinate, element } from '../../text/markup.ts';
import { LINE_PX, type Plot, text } from './frame.ts';
import { shortened, spreadApart, textPixels } from './label-places.ts';
import { markerAt } from './marker.ts';
import type { Scale } from './scale.ts';
import type { SeriesStyle } from './series-style.ts';

/** Names at the ends of curves: read without looking from the curve to a legend and back. */

/** Width of names in pixels; longer ones are cut. */
const MAX_PX = 170;
/** Space for the line from the end of a curve to its name, and for the marker in front of the name. */
const LEAD_PX = 40;
const GAP_PX = LINE_PX - 2;
/** Part of the axis of x that each curve must reach; a line from an earlier end would cross others. */
const REACH = 0.8;

/**
 * Returns the width that names at the ends need right of the plot, in pixels; undefined when there is only one series,
 * they are clouds of points, or there are more than fit.
 */
export function endLabelWidth(series: readonly LineSeries[], plotHeight: number): number | undefined {
  const named = namedSeries(series);
  const hasNoEnd = named.some(({ style, points }) => style === 'points' || points.every(({ y }) => y === null));
  if (named.length < 2 || hasNoEnd || named.length * GAP_PX > plotHeight) return undefined;
  return Math.min(MAX_PX, Math.max(...named.map(({ name }) => textPixels(name)))) + LEAD_PX;
}

/** Reports whether all curves end near the right edge. */
export function endsNearEdge(series: readonly LineSeries[], x: Scale): boolean {
  const [from, to] = [x.at(x.domain[0]) ?? 0, x.at(x.domain[1]) ?? 0];
  return namedSeries(series).every(({ points }) => {
    const last = points.findLast(({ y }) => y !== null);
    return ((last && x.at(last.x)) ?? from) >= from + REACH * (to - from);
  });
}

/** Draws the names. */
export function drawEndLabels(
  series: readonly LineSeries[],
  styles: readonly SeriesStyle[],
  { x, y, plot, width }: { readonly x: Scale; readonly y: Scale; readonly plot: Plot; readonly width: number },
): string {
  const named = namedSeries(series);
  const ends = named.map(({ points }) => {
    const last = points.findLast((point) => point.y !== null && y.at(point.y) !== undefined);
    return { px: (last && x.at(last.x)) ?? plot.right, py: (last && y.at(last.y ?? 0)) ?? plot.bottom };
  });
  const places = spreadApart(
    ends.map(({ py }) => py),
    GAP_PX,
    plot.top,
    plot.bottom,
  );
  return named
    .map((one, i) => {
      const [end, style, at = 0] = [ends[i], styles[series.indexOf(one)], places[i]];
      if (end === undefined || style === undefined) return '';
      const lead = `M${coordinate(end.px + 6)} ${coordinate(end.py)}L${coordinate(plot.right + 2)} ${coordinate(at)}H${coordinate(plot.right + 10)}`;
      return element(
        'g',
        { class: `c${style.color}` },
        element('path', { class: 'lead', d: lead }),
        markerAt(style.shape, plot.right + 17, at, { class: 'mark' }),
        element(
          'text',
          { class: 'name', x: plot.right + 26, y: at + 4 },
          text(shortened(one.name, width - plot.right - 26)),
        ),
      );
    })
    .join('');
}

/**
 * Returns the series that need a name: computed curves have none where measured points of the same item carry it.
 */
export function namedSeries(series: readonly LineSeries[]): readonly LineSeries[] {
  const measured = new Set(series.filter(({ style }) => style !== 'fit').map(({ identity, name }) => identity ?? name));
  return series.filter(({ style, identity, name }) => style !== 'fit' || !measured.has(identity ?? name));
}
