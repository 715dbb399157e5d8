import { type Field, numberCell, numberColumn } from '../text/cells.ts';
import { byteRateUnit, formatCount, formatPlural, NONE, timeUnit, type Unit } from '../text/quantities.ts';
import { type Cell, cell, type Group, type Row, type Table } from '../text/table.ts';
import type { Aggregate, Comparable } from './aggregate.ts';
import { loadTitle } from './load-title.ts';

/** The same row in two runs; undefined for a run that did not measure it. */
export interface RowPair {
  readonly a: Aggregate | undefined;
  readonly b: Aggregate | undefined;
}

/** A number of a row, and how it is written. */
interface Metric {
  readonly title: string;
  readonly unit?: string;
  readonly read: (row: Aggregate) => number | null;
  readonly write: (value: number | null, row: Aggregate) => Cell;
  /** True if the value is only a bound where the generator was saturated. */
  readonly bounded?: true;
  /** True if the columns may be left out on a narrow page. */
  readonly optional?: true;
}

/**
 * Returns the table of one scenario in two runs, rows grouped by number of connections: A, B and the change of each
 * number.
 */
export function pairTable(scenario: Comparable, pairs: readonly RowPair[], oneWay: boolean): Table {
  const rows = pairs.flatMap(({ a, b }) => [a, b].filter((row) => row !== undefined));
  const fields = [TARGET, ...metricsOf(rows, oneWay).flatMap(fieldsOf), errorsField('A'), errorsField('B')];
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

function metricsOf(rows: readonly Aggregate[], oneWay: boolean): Metric[] {
  const responded = rows.some((row) => row.responded);
  const cpu = oneWay
    ? plainMetric('CPU', { name: 's/GB', factor: 1 }, (row) => row.cpuSecondsPerGigabyte)
    : plainMetric('CPU', { name: 'µs/req', factor: 1 }, (row) => row.cpuMicrosPerRequest);
  return [
    oneWay ? throughput(rows) : REQUESTS,
    ...(responded ? [{ ...response('p50Micros', rows), optional: true } as const, response('p99Micros', rows)] : []),
    { ...cpu, optional: true },
  ];
}

const REQUESTS: Metric = {
  title: 'req/s',
  read: ({ requestsPerSecond }) => requestsPerSecond,
  write: (value, row) => cell(`${row.saturated ? '≥' : ''}${formatCount(value ?? Number.NaN)}`),
  bounded: true,
};

function throughput(rows: readonly Aggregate[]): Metric {
  const unit = byteRateUnit(rows.map(({ bytesPerSecond }) => bytesPerSecond));
  return {
    ...plainMetric('throughput', unit, ({ bytesPerSecond }) => bytesPerSecond),
    write: (value, row) => numberCell(value, unit, row.saturated ? '≥' : ''),
    bounded: true,
  };
}

function response(field: 'p50Micros' | 'p99Micros', rows: readonly Aggregate[]): Metric {
  const read = (row: Aggregate) => row[field];
  return plainMetric(field.slice(0, 3), timeUnit(rows.map(read)), read);
}

function plainMetric(title: string, unit: Unit, read: Metric['read']): Metric {
  return { title, unit: unit.name, read, write: (value) => numberCell(value, unit) };
}

function fieldsOf(metric: Metric): Field<RowPair>[] {
  const { title, unit, optional } = metric;
  const column = (name: string) => ({ ...numberColumn(name, unit ?? ''), ...(optional && { optional }) });
  return [
    { column: column(`${title} A`), cell: ({ a }) => sideCell(a, metric) },
    { column: column('B'), cell: ({ b }) => sideCell(b, metric) },
    { column: { ...column('change'), unit: '%' }, cell: (pair) => changeCell(pair, metric) },
  ];
}

function sideCell(row: Aggregate | undefined, { read, write, bounded }: Metric): Cell {
  if (row === undefined) return cell(NONE, 'faint');
  // A row without measurements is marked as failed once, in its first column of numbers.
  if (row.trials.length === 0) return bounded ? cell('failed', 'bad') : cell(NONE, 'faint');
  return write(read(row), row);
}

/** Returns the change from A to B relative to A. It has no colour for good or bad, as that would be a verdict. */
function changeCell({ a, b }: RowPair, { read, bounded }: Metric): Cell {
  const [before, after] = [a && read(a), b && read(b)];
  const limited = bounded && (a?.saturated || b?.saturated);
  const change = typeof before === 'number' && typeof after === 'number' ? (after / before - 1) * 100 : Number.NaN;
  if (limited || !Number.isFinite(change)) return cell(NONE, 'faint');
  return cell(`${change < 0 ? '' : '+'}${change.toFixed(1)}`);
}

function errorsField(side: 'A' | 'B'): Field<RowPair> {
  return {
    column: numberColumn(side === 'A' ? 'errors A' : 'B'),
    cell: ({ a, b }) => {
      const row = side === 'A' ? a : b;
      if (row === undefined || row.trials.length === 0) return cell(NONE, 'faint');
      return cell(formatCount(row.errors), row.errors > 0 ? 'bad' : 'plain');
    },
  };
}
