import { numberCell, numberColumn } from '../text/cells.ts';
import { formatNumber, NONE, type Unit } from '../text/quantities.ts';
import { type Cell, type Column, cell, type Row, type Table } from '../text/table.ts';
import type { Chart, ChartUnit, IntervalChart, LineChart, LinePoint, LineSeries, MatrixChart } from './chart.ts';
import { commonUnit, formatChartValue, percentileDigits } from './chart-units.ts';

/**
 * Returns the data of a chart as a table: for those who cannot see it, and to read exact values. Numbers are rounded as
 * in all reports.
 */
export function chartTable(chart: Chart): Table {
  if (chart.kind === 'lines') return hasOneGrid(chart) ? wideTable(chart) : longTable(chart);
  return chart.kind === 'intervals' ? intervalTable(chart) : matrixTable(chart);
}

/** Values of an axis as a column. */
interface Quantity {
  readonly column: Column;
  readonly cell: (value: number | null | undefined) => Cell;
}

function quantity(title: string, unit: ChartUnit, values: readonly (number | null | undefined)[]): Quantity {
  const common = commonUnit(
    unit,
    values.filter((value) => typeof value === 'number'),
  );
  return {
    column: numberColumn(title, common?.name ?? UNIT_NAMES[unit]),
    cell: (value) => (value === null || value === undefined ? cell(NONE, 'faint') : valueCell(unit, common, value)),
  };
}

/** Units of columns whose values are written without one. */
const UNIT_NAMES: { readonly [unit in ChartUnit]?: string } = { perSecond: '/s' };

function valueCell(unit: ChartUnit, common: Unit | undefined, value: number): Cell {
  if (common !== undefined) return numberCell(value, common);
  if (unit === 'perSecond') return cell(formatNumber(value));
  if (unit === 'percentile') return cell(percentileDigits(value));
  return cell(formatChartValue(unit, value));
}

/** Reports whether one row for each value of x has few empty cells, and no point has an interval. */
function hasOneGrid({ series }: LineChart): boolean {
  const points = series.flatMap((one) => one.points);
  const distinct = new Set(points.map(({ x }) => x));
  const longest = Math.max(0, ...series.map(({ points }) => points.length));
  return (
    points.every(({ low, high }) => typeof low !== 'number' && typeof high !== 'number') &&
    distinct.size <= longest * 1.5
  );
}

/** A row for each value of x, and a column for each series. A question mark follows doubtful values. */
function wideTable({ title, x, y, series }: LineChart): Table {
  const points = series.flatMap((one) => one.points);
  const places = [...new Set(points.map((point) => point.x))].sort((a, b) => a - b);
  const position = quantity(x.name, x.unit, places);
  const value = quantity(
    '',
    y.unit,
    points.map((point) => point.y),
  );
  const found = series.map((one) => new Map(one.points.map((point) => [point.x, point])));
  const unit = value.column.unit === undefined ? {} : { unit: value.column.unit };
  const doubts = [...new Set(points.flatMap(({ doubt }) => (doubt === undefined ? [] : [doubt])))];
  const valueCell = (point: LinePoint | undefined): Cell => {
    if (point === undefined) return cell('');
    const { text, tone } = value.cell(point.y);
    return point.doubt === undefined ? cell(text, tone) : cell(`${text}?`, 'warning');
  };
  return {
    title,
    columns: [position.column, ...series.map(({ name }) => ({ title: name, align: 'right' as const, ...unit }))],
    groups: [
      {
        label: null,
        rows: places.map((place) => [position.cell(place), ...found.map((values) => valueCell(values.get(place)))]),
      },
    ],
    ...(doubts.length > 0 && { note: `? Doubtful: ${doubts.join('; ')}.` }),
  };
}

/** A row for each point, in a group for each series. */
function longTable({ title, x, y, series }: LineChart): Table {
  const points = series.flatMap((one) => one.points);
  const position = quantity(
    x.name,
    x.unit,
    points.map((point) => point.x),
  );
  const value = quantity(
    y.name,
    y.unit,
    points.flatMap((point) => [point.y, point.low, point.high]),
  );
  const hasInterval = points.some(({ low, high }) => typeof low === 'number' || typeof high === 'number');
  const isDoubtful = points.some(({ doubt }) => doubt !== undefined);
  const row = (point: LinePoint): Row => [
    position.cell(point.x),
    value.cell(point.y),
    ...(hasInterval ? [value.cell(point.low), value.cell(point.high)] : []),
    ...(isDoubtful ? [cell(point.doubt ?? '')] : []),
  ];
  return {
    title,
    columns: [
      position.column,
      value.column,
      ...(hasInterval ? ends(value.column) : []),
      ...(isDoubtful ? [{ title: 'Doubt', align: 'left' as const }] : []),
    ],
    groups: series.map((one: LineSeries) => ({
      label: series.length === 1 ? null : one.name,
      rows: one.points.map(row),
    })),
  };
}

function ends({ unit, align }: Column): Column[] {
  return ['from', 'to'].map((title) => ({ title, align, ...(unit === undefined ? {} : { unit }) }));
}

function intervalTable({ title, x, rows }: IntervalChart): Table {
  const value = quantity(
    x.name,
    x.unit,
    rows.flatMap((row) => [row.value, row.low, row.high]),
  );
  const shows = {
    interval: rows.some(({ low, high }) => low !== undefined || high !== undefined),
    samples: rows.some(({ samples = [] }) => samples.length > 0),
    note: rows.some(({ note, doubt }) => note !== undefined || doubt !== undefined),
  };
  const end = (bound: number | null | undefined, infinite: string) =>
    bound === null ? cell(infinite) : value.cell(bound);
  const cells = (row: (typeof rows)[number]): Row => [
    cell(row.name),
    value.cell(row.value),
    ...(shows.interval ? [end(row.low, '−∞'), end(row.high, '∞')] : []),
    ...(shows.samples ? [cell((row.samples ?? []).map((sample) => value.cell(sample).text).join(' '))] : []),
    ...(shows.note ? [cell([row.note, row.doubt].filter((part) => part !== undefined).join('; '))] : []),
  ];
  const left = (name: string): Column => ({ title: name, align: 'left', wraps: true });
  const labels = [...new Set(rows.map(({ group }) => group))];
  return {
    title,
    columns: [
      left('Name'),
      value.column,
      ...(shows.interval ? ends(value.column) : []),
      ...(shows.samples ? [left('Samples')] : []),
      ...(shows.note ? [left('Note')] : []),
    ],
    groups: labels.map((label) => ({
      label: label ?? null,
      rows: rows.filter(({ group }) => group === label).map(cells),
    })),
  };
}

function matrixTable({ title, rowNames, columnNames, cells }: MatrixChart): Table {
  return {
    title,
    columns: [{ title: '', align: 'left' }, ...columnNames.map((name) => ({ title: name, align: 'right' as const }))],
    groups: [
      {
        label: null,
        rows: rowNames.map((name, k) => [cell(name), ...columnNames.map((_, i) => cell(cells[k]?.[i]?.text ?? ''))]),
      },
    ],
  };
}
