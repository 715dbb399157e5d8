import { type MetricName, metricOf } from '../../bench/model/metrics.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Field } from '../text/cells.ts';
import { formatPlural, NONE } from '../text/quantities.ts';
import { type Cell, cell, type Group, type Row, type Table } from '../text/table.ts';
import type { Aggregate, Comparable } from './aggregate.ts';
import { loadTitle } from './load-title.ts';
import { columnMetrics, metricField } from './metric-field.ts';

/** The same row in two runs; undefined for a run that did not measure it. */
export interface RowPair {
  readonly a: Aggregate | undefined;
  readonly b: Aggregate | undefined;
}

/**
 * Returns the table of one scenario in two runs, rows grouped by number of connections: A, B and the change of each
 * number.
 */
export function pairTable(scenario: Comparable, pairs: readonly RowPair[]): Table {
  const oneWay = isOneWay(scenario.point?.workload ?? '');
  const rows = pairs.flatMap(({ a, b }) => [a, b].filter((row) => row !== undefined));
  const metrics = columnMetrics('sideBySide', rows, oneWay ? 'one-way' : 'answered');
  const fields = [TARGET, ...metrics.flatMap((name) => fieldsOf(name, rows))];
  const levels = [...new Set(rows.map(({ connections }) => connections))].sort((x, y) => x - y);
  const groups = levels.map((level): Group => {
    const ofLevel = pairs.filter(({ a, b }) => (a ?? b)?.connections === level);
    return {
      label: formatPlural(level, 'connection'),
      rows: ofLevel.map((pair): Row => fields.map((field) => field.cell(pair))),
    };
  });
  const { transport, work, point } = scenario;
  const title = loadTitle(transport, work, point);
  return { title, columns: fields.map(({ column }) => column), groups };
}

const TARGET: Field<RowPair> = {
  column: { title: 'model', align: 'left', shrinks: true },
  cell: ({ a, b }) => cell((a ?? b)?.target ?? ''),
};

/** Returns the columns of a metric: A, B and the change. Faults have no change: most often there are none. */
function fieldsOf(name: MetricName, rows: readonly Aggregate[]): Field<RowPair>[] {
  const { column, cell: cellOf } = metricField(name, 'sideBySide', rows);
  const sideCell = (row: Aggregate | undefined) => (row === undefined ? cell(NONE, 'faint') : cellOf(row));
  return [
    { column: { ...column, title: `${column.title} A` }, cell: ({ a }) => sideCell(a) },
    { column: { ...column, title: 'B' }, cell: ({ b }) => sideCell(b) },
    ...(metricOf(name).overRounds === 'sum'
      ? []
      : [{ column: { ...column, title: 'change', unit: '%' }, cell: (pair: RowPair) => changeCell(pair, name) }]),
  ];
}

/** Returns the change from A to B relative to A. It has no colour for good or bad, as that would be a verdict. */
function changeCell({ a, b }: RowPair, name: MetricName): Cell {
  const [before, after] = [a?.values[name] ?? Number.NaN, b?.values[name] ?? Number.NaN];
  const limited = metricOf(name).limitedByGenerator && (a?.saturated || b?.saturated);
  const change = (after / before - 1) * 100;
  if (limited || !Number.isFinite(change)) return cell(NONE, 'faint');
  return cell(`${change < 0 ? '' : '+'}${change.toFixed(1)}`);
}
