import type { IntervalChart, IntervalRow } from '../document/chart.ts';
import { formatChartValue } from '../document/chart-units.ts';
import { coordinate, element } from '../text/markup.ts';
import { NONE } from '../text/quantities.ts';
import {
  drawing,
  drawXAxis,
  drawXRules,
  type Layout,
  LINE_PX,
  type Plot,
  placeRules,
  text,
  X_AXIS_PX,
} from './frame.ts';
import { shortened, textPixels } from './label-places.ts';
import { markerAt } from './marker.ts';
import { type Scale, scaleOf } from './scale.ts';
import { styleAt } from './series-style.ts';

/** Height of a row in pixels: on a narrow page its texts stand above its interval. */
const ROW_PX = { wide: 30, narrow: 44 };
/** Distance of the interval from the middle of its row. */
const DROP_PX = { wide: 0, narrow: 7 };
const GROUP_PX = 30;
const MAX_NAME_PX = 220;
const MAX_NOTE_PX = 190;
const MIN_NOTE_PX = 30;
const GAP_PX = 18;

/** A row, or the heading of a group, with its vertical place. */
interface Line {
  readonly y: number;
  readonly row?: IntervalRow;
  readonly heading?: string;
}

/** Draws rows with values and intervals as SVG. @param identities of the document, which decide colours and markers. */
export function drawIntervalChart(chart: IntervalChart, identities: readonly string[], layout: Layout): string {
  const columns = columnsOf(chart, layout);
  const x = scaleOf(chart.x, valuesOf(chart), {
    range: [columns.left + 6, columns.right - 6],
    ticks: layout.name === 'wide' ? 6 : 4,
    isValueAxis: true,
  });
  const xRules = placeRules(chart.rules ?? [], x, layout.width);
  const top = Math.max(0, ...xRules.map(({ row }) => row + 1)) * LINE_PX + 8;
  const { lines, bottom } = linesOf(chart.rows, layout, top);
  const plot = { left: columns.left, right: columns.right, top, bottom: bottom + 4 };
  const content = [
    drawXAxis(x, plot, true),
    drawXRules(xRules, plot),
    ...lines.map((line) =>
      line.row === undefined
        ? element('text', { class: 'group', x: 0, y: line.y + 5 }, text(line.heading ?? ''))
        : drawRow(line.row, line.y, { chart, x, plot, columns, layout, identities }),
    ),
  ];
  return drawing(chart.id, layout, plot.bottom + X_AXIS_PX, content.join(''));
}

/** Widths and places of the columns of text, in pixels. */
interface Columns {
  readonly left: number;
  readonly right: number;
  readonly name: number;
  /** Right end of the values. */
  readonly value: number;
  readonly interval: number;
  readonly note: number;
}

function columnsOf(chart: IntervalChart, { name: layout, width }: Layout): Columns {
  if (layout === 'narrow') return { left: 0, right: width, name: width, value: width, interval: 0, note: 0 };
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(textPixels));
  const name = Math.min(MAX_NAME_PX, widest(chart.rows.map((row) => row.name)));
  const value = widest(chart.rows.map((row) => valueText(chart, row)));
  const interval = widest(chart.rows.map((row) => intervalText(chart, row)));
  const note = Math.min(MAX_NOTE_PX, widest(chart.rows.map(({ note = '' }) => note)));
  const noteAt = width - note;
  const intervalAt = noteAt - (note > 0 ? GAP_PX : 0) - interval;
  const valueAt = intervalAt - (interval > 0 ? 10 : 0);
  return {
    left: name + GAP_PX,
    right: valueAt - value - GAP_PX,
    name,
    value: valueAt,
    interval: intervalAt,
    note: noteAt,
  };
}

function linesOf(rows: readonly IntervalRow[], layout: Layout, top: number): { lines: Line[]; bottom: number } {
  const height = ROW_PX[layout.name];
  const lines: Line[] = [];
  let bottom = top;
  let group: string | undefined;
  for (const row of rows) {
    if (row.group !== undefined && row.group !== group) {
      lines.push({ y: bottom + GROUP_PX / 2 + 3, heading: row.group });
      bottom += GROUP_PX;
    }
    group = row.group;
    lines.push({ y: bottom + height / 2 + DROP_PX[layout.name], row });
    bottom += height;
  }
  return { lines, bottom };
}

interface Surroundings {
  readonly chart: IntervalChart;
  readonly x: Scale;
  readonly plot: Plot;
  readonly columns: Columns;
  readonly layout: Layout;
  readonly identities: readonly string[];
}

function drawRow(row: IntervalRow, y: number, around: Surroundings): string {
  const { identities, layout } = around;
  const position = identities.indexOf(row.identity ?? row.name);
  const color = position >= 0 ? `c${styleAt(position).color}` : `tone-${row.tone ?? 'plain'}`;
  const shape = position >= 0 ? styleAt(position).shape : 'circle';
  const at = row.value === null ? undefined : around.x.at(row.value);
  const hollow = row.doubt === undefined ? '' : ' hollow';
  const marker = at === undefined ? '' : markerAt(shape, at, y, { class: `mark${hollow}` });
  return element(
    'g',
    { class: row.tone === 'faint' ? 'faint' : undefined },
    element('g', { class: color }, intervalBar(row, y, around), sampleTicks(row, y, around.x), marker),
    ...(layout.name === 'wide' ? wideTexts(row, y, around) : narrowTexts(row, y, around)),
  );
}

/** Draws an interval as a bar; an unbounded end is an arrow at the edge of the plot. */
function intervalBar({ low, high }: IntervalRow, y: number, { x, plot }: Surroundings): string {
  if (low === undefined || high === undefined) return '';
  const left = low === null ? plot.left : (x.at(low) ?? plot.left);
  const right = high === null ? plot.right : (x.at(high) ?? plot.right);
  const head = (at: number, direction: number) =>
    `M${coordinate(at - direction * 7)} ${coordinate(y - 5)}L${coordinate(at)} ${coordinate(y)}L${coordinate(at - direction * 7)} ${coordinate(y + 5)}`;
  const arrows = (low === null ? head(plot.left, -1) : '') + (high === null ? head(plot.right, 1) : '');
  return (
    element('path', { class: 'interval', d: `M${coordinate(left)} ${coordinate(y)}H${coordinate(right)}` }) +
    (arrows === '' ? '' : element('path', { class: 'arrow', d: arrows }))
  );
}

function sampleTicks({ samples = [] }: IntervalRow, y: number, x: Scale): string {
  const places = samples.flatMap((sample) => x.at(sample) ?? []);
  const [first] = places;
  if (first === undefined) return '';
  const next = places.slice(1).map((at, i) => `m${coordinate(at - (places[i] ?? first))}-5v5`);
  return element('path', { class: 'sample', d: `M${coordinate(first)} ${coordinate(y + 6.5)}v5${next.join('')}` });
}

function wideTexts(row: IntervalRow, y: number, { chart, columns }: Surroundings): string[] {
  const baseline = y + 4;
  return [
    element('text', { class: 'name', x: 0, y: baseline }, text(shortened(row.name, columns.name))),
    element('text', { class: 'value', x: columns.value, y: baseline }, text(valueText(chart, row))),
    element('text', { x: columns.interval, y: baseline }, text(intervalText(chart, row))),
    noteText(row, columns.note, baseline, MAX_NOTE_PX),
  ];
}

/** The interval is not written: it is drawn, and the table of the chart contains it. */
function narrowTexts(row: IntervalRow, y: number, { chart, columns }: Surroundings): string[] {
  const baseline = y - 15;
  const value = valueText(chart, row);
  const room = columns.value - textPixels(value) - 10;
  const noteAt = Math.min(textPixels(row.name), room) + 10;
  return [
    element('text', { class: 'name', x: 0, y: baseline }, text(shortened(row.name, room))),
    element('text', { class: 'value', x: columns.value, y: baseline }, text(value)),
    room - noteAt > MIN_NOTE_PX ? noteText(row, noteAt, baseline, room - noteAt) : '',
  ];
}

function noteText({ note, tone = 'plain' }: IntervalRow, x: number, y: number, width: number): string {
  if (note === undefined || note === '') return '';
  return element('text', { class: `note tone-${tone}`, x, y }, text(shortened(note, width)));
}

function valueText({ x }: IntervalChart, { value }: IntervalRow): string {
  return value === null ? NONE : formatChartValue(x.unit, value);
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
