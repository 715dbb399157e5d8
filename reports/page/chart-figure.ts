import type { Chart, LineChart, LineSeries } from '../document/chart.ts';
import { chartTable } from '../document/chart-table.ts';
import { element, escapeMarkup } from '../text/markup.ts';
import { chartData } from './chart-data.ts';
import { namedSeries } from './charts/end-labels.ts';
import { captionId, NARROW, titleId, WIDE } from './charts/frame.ts';
import { drawIntervalChart } from './charts/interval-chart.ts';
import { drawLineChart } from './charts/line-chart.ts';
import { markerAt } from './charts/marker.ts';
import { drawMatrixChart } from './charts/matrix-chart.ts';
import { type SeriesStyle, seriesStyles } from './charts/series-style.ts';
import { prose } from './prose.ts';
import { untitledTableMarkup } from './table-markup.ts';

/**
 * Returns a chart as a figure: title, caption, legend, the image in a wide and a narrow layout, of which the style sheet
 * shows one, and its data as a table. A script replaces the image of an interactive chart.
 * @param identities of the document, which decide colours and markers.
 */
export function chartMarkup(chart: Chart, identities: readonly string[]): string {
  const isInteractive = chart.kind === 'lines' && chart.interactive;
  return element(
    'figure',
    { id: `chart-${chart.id}`, class: isInteractive ? 'interactive' : undefined },
    element(
      'figcaption',
      {},
      element('h3', { id: titleId(chart.id) }, escapeMarkup(chart.title)),
      // Hidden where an earlier chart has the same one: the image refers to it.
      element('p', { id: captionId(chart.id), hidden: chart.caption === '' ? '' : undefined }, prose(chart.caption)),
    ),
    drawn(chart, identities),
    isInteractive ? `<script type="application/json">${chartData(chart, identities)}</script>` : '',
    element('details', {}, element('summary', {}, 'Data as a table'), untitledTableMarkup(chartTable(chart))),
  );
}

function drawn(chart: Chart, identities: readonly string[]): string {
  switch (chart.kind) {
    case 'lines': {
      const { svg, isLabelled } = drawLineChart(chart, identities, WIDE);
      // A script replaces the image of an interactive chart, so that one layout is enough for print.
      const narrow = chart.interactive ? '' : drawLineChart(chart, identities, NARROW).svg;
      return legend(chart, identities, isLabelled) + svg + narrow;
    }
    case 'intervals':
      return drawIntervalChart(chart, identities);
    case 'matrix':
      return element(
        'div',
        { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': chart.title },
        drawMatrixChart(chart),
      );
  }
}

/** @param isLabelled whether the wide image has the names itself. */
function legend(chart: LineChart, identities: readonly string[], isLabelled: boolean): string {
  const named = namedSeries(chart.series);
  if (named.length < 2 && !chart.interactive) return '';
  const styles = seriesStyles(chart.series, identities);
  const items = chart.series.flatMap((series, i) => {
    const style = styles[i];
    return style === undefined || !(chart.interactive || named.includes(series)) ? [] : [legendItem(series, style)];
  });
  return element('ul', { class: isLabelled ? 'legend labelled' : 'legend' }, ...items);
}

function legendItem({ name, style: kind }: LineSeries, { color, shape, dash }: SeriesStyle): string {
  const hasDashes = dash !== '' && kind !== 'fit';
  const line = { class: kind === 'fit' ? 'fit' : 'line', d: 'M0 7H26' };
  const key = [
    kind === 'points' ? '' : element('path', { ...line, 'stroke-dasharray': hasDashes ? dash : undefined }),
    kind === 'fit' ? '' : markerAt(shape, 13, 7, { class: 'mark' }),
  ];
  return element('li', {}, element('svg', { class: `key c${color}` }, ...key), escapeMarkup(name));
}
