import type { IntervalChart, IntervalRow, Rule } from '../../document/chart.ts';
import { formatChartValue } from '../../document/chart-units.ts';
import { element } from '../../text/markup.ts';
import { NONE } from '../../text/quantities.ts';
import { captionId, LINE_PX, text, titleId } from './frame.ts';
import { rowsWithoutOverlap } from './label-places.ts';
import { markerAt, rowMarkAt } from './marker.ts';
import { type Scale, scaleOf } from './scale.ts';
import { styleAt } from './series-style.ts';

/**
 * Charts with a row for each item. Names and values are text of the page, and each row has a small image, whose places
 * are percentages of its width: one drawing fits every page, and the style sheet arranges the rows.
 */

/** Ends of the axis in percent of the width, so that markers stay inside. */
const RANGE_PERCENT = [1.5, 98.5] as const;
const TICKS = 5;
/** Vertical middle of the image of a row, in pixels. */
const MIDDLE_PX = 12;
/** Least width of the images, for the labels of rules. */
const LEAST_WIDTH_PX = 330;
/** Labels nearer to an edge than this end or start at their place, in percent. */
const EDGE_PERCENT = 18;

/** Draws rows with values and intervals. @param identities of the document, which decide colours and markers. */
export function drawIntervalChart(chart: IntervalChart, identities: readonly string[]): string {
  const x = scaleOf(chart.x, valuesOf(chart), { range: RANGE_PERCENT, ticks: TICKS, isValueAxis: true });
  const rules = (chart.rules ?? []).filter(({ axis }) => axis === 'x');
  return element(
    'div',
    {
      class: 'intervals',
      role: 'group',
      'aria-labelledby': titleId(chart.id),
      'aria-describedby': captionId(chart.id),
    },
    ruleLabels(rules, x),
    backdrop(rules, x),
    ...chart.rows.flatMap((row, i) => [
      row.group !== undefined && row.group !== chart.rows[i - 1]?.group
        ? element('p', { class: 'group' }, text(row.group))
        : '',
      drawRow(row, { chart, x, identities }),
    ]),
    element('svg', { class: 'ticks', 'aria-hidden': 'true' }, ...tickLabels(x)),
    element('p', { class: 'title' }, text(x.title)),
  );
}

function percent(place: number): string {
  return `${Math.round(place * 10) / 10}%`;
}

/** @param top in pixels. */
function vertical(place: number, top = 0): string {
  return element('line', { x1: percent(place), x2: percent(place), y1: top, y2: '100%' });
}

/** Draws the lines of ticks and rules behind all rows. */
function backdrop(rules: readonly Rule[], x: Scale): string {
  const top = labelRows(rules, x).height;
  const lines = x.ticks.flatMap(({ value }) => x.at(value) ?? []).map((place) => vertical(place, top));
  const ruled = rules.flatMap(({ at, tone }) => {
    const place = x.at(at);
    return place === undefined ? [] : [element('g', { class: `rule ${tone}` }, vertical(place, top))];
  });
  return element('svg', { class: 'back', 'aria-hidden': 'true' }, element('g', { class: 'grid' }, ...lines), ...ruled);
}

function tickLabels(x: Scale): string[] {
  return x.ticks.flatMap(({ value, label }) => {
    const place = x.at(value);
    return place === undefined ? [] : [element('text', { x: percent(place), y: 15 }, text(label))];
  });
}

/** Returns the row of each label, and the height of all rows in pixels. */
function labelRows(rules: readonly Rule[], x: Scale): { rows: number[]; height: number } {
  const places = rules.map(({ at, label }) => ({ center: ((x.at(at) ?? 0) / 100) * LEAST_WIDTH_PX, text: label }));
  const rows = rowsWithoutOverlap(places);
  return { rows, height: Math.max(0, ...rows.map((row) => row + 1)) * LINE_PX };
}

/** Draws the labels of rules above the rows, one below another where they would overlap. */
function ruleLabels(rules: readonly Rule[], x: Scale): string {
  if (rules.length === 0) return '';
  const { rows, height } = labelRows(rules, x);
  const labels = rules.map(({ at, label, tone }, i) => {
    const place = x.at(at) ?? 0;
    const anchor = place < EDGE_PERCENT ? 'start' : place > 100 - EDGE_PERCENT ? 'end' : 'middle';
    const y = 12 + (rows[i] ?? 0) * LINE_PX;
    return element(
      'g',
      { class: `rule ${tone}` },
      element('text', { x: percent(place), y, 'text-anchor': anchor }, text(label)),
    );
  });
  return element('svg', { class: 'rules', height, 'aria-hidden': 'true' }, ...labels);
}

interface Surroundings {
  readonly chart: IntervalChart;
  readonly x: Scale;
  readonly identities: readonly string[];
}

function drawRow(row: IntervalRow, around: Surroundings): string {
  const { chart, x, identities } = around;
  const { tone = 'plain', note = '' } = row;
  const position = identities.indexOf(row.identity ?? row.name);
  const color = position >= 0 ? `c${styleAt(position).color}` : `tone-${tone}`;
  const shape = position >= 0 ? styleAt(position).shape : 'circle';
  const at = row.value === null ? undefined : x.at(row.value);
  const marker = { class: row.doubt === undefined ? 'mark' : 'mark hollow' };
  const samples = (row.samples ?? []).flatMap((sample) => x.at(sample) ?? []);
  return element(
    'div',
    {
      class: tone === 'faint' ? 'row faint' : 'row',
      title: row.doubt,
    },
    element('span', { class: 'name' }, text(row.name)),
    element(
      'svg',
      { class: color, 'aria-hidden': 'true' },
      intervalBar(row, x),
      ...samples.map((place) => rowMarkAt('sample', percent(place))),
      at === undefined ? '' : markerAt(shape, percent(at), MIDDLE_PX, marker),
    ),
    element('b', {}, text(row.value === null ? NONE : formatChartValue(chart.x.unit, row.value))),
    labelled('between', intervalText(chart, row)),
    labelled(tone === 'plain' ? 'note' : `note tone-${tone}`, note),
  );
}

/** Returns a text of a row; nothing where there is none, as its column is given by its class. */
function labelled(className: string, content: string): string {
  return content === '' ? '' : element('span', { class: className }, text(content));
}

/** Draws an interval as a bar; an unbounded end is an arrow at the edge. */
function intervalBar({ low, high }: IntervalRow, x: Scale): string {
  if (low === undefined || high === undefined) return '';
  const [from, to] = [low === null ? 0 : (x.at(low) ?? 0), high === null ? 100 : (x.at(high) ?? 100)];
  return [
    element('line', { class: 'interval', x1: percent(from), x2: percent(to), y1: MIDDLE_PX, y2: MIDDLE_PX }),
    low === null ? rowMarkAt('toLeft', '0') : '',
    high === null ? rowMarkAt('toRight', '100%') : '',
  ].join('');
}

function intervalText({ x }: IntervalChart, { low, high }: IntervalRow): string {
  if (low === undefined || high === undefined) return '';
  const end = (value: number | null, infinite: string) => (value === null ? infinite : formatChartValue(x.unit, value));
  return `${end(low, '−∞')} to ${end(high, '∞')}`;
}

function valuesOf({ rows, rules = [] }: IntervalChart): number[] {
  const ofRows = rows.flatMap(({ value, low, high, samples = [] }) => [value, low, high, ...samples]);
  return [...ofRows, ...rules.filter(({ axis }) => axis === 'x').map(({ at }) => at)].filter(
    (value) => typeof value === 'number',
  );
}
