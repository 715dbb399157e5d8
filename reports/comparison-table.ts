import type { Aggregate, Comparable } from './aggregate.ts';
import type { Footnotes } from './footnotes.ts';
import {
  formatBytes,
  formatCount,
  formatNumber,
  formatPlural,
  memoryUnit,
  NONE,
  timeUnit,
  type Unit,
} from './quantities.ts';
import { type Cell, type Column, cell, type Group, type Row, type Table } from './table.ts';

/** One column of the comparison: its head, and its cell for a row. */
interface Field {
  readonly column: Column;
  readonly cell: (row: Aggregate) => Cell;
}

/** The table of one transport: rows grouped by number of connections, fastest first within a group. */
export function comparisonTable(comparable: Comparable, footnotes: Footnotes): Table {
  const { aggregates } = comparable;
  const levels = [...new Set(aggregates.map(({ connections }) => connections))].sort((a, b) => a - b);
  const fields = fieldsOf(aggregates, footnotes);
  const groups = levels.map((level): Group => {
    const rows = aggregates.filter(({ connections }) => connections === level).sort(fastestFirst);
    return {
      label: formatPlural(level, 'connection'),
      rows: rows.map((row): Row => fields.map((field) => field.cell(row))),
    };
  });
  const columns = fields.map(({ column }) => column);
  return { title: title(comparable), columns, groups };
}

function title({ transport, point }: Comparable): string {
  if (point === undefined) return transport.toUpperCase();
  const { app, workload, size, pipelining, rate, work } = point;
  const details = [
    app,
    workload,
    formatBytes(size),
    ...(pipelining > 1 ? [`${pipelining} in flight on each connection`] : []),
    ...(rate === null ? [] : [`${formatCount(rate)} requests/s offered`]),
    ...(work === null ? [] : [`work ${work}`]),
  ];
  return `${transport.toUpperCase()}: ${details.join(', ')}`;
}

/** Rows that were not measured come last. */
function fastestFirst(a: Aggregate, b: Aggregate): number {
  const rate = ({ requestsPerSecond }: Aggregate) => (Number.isNaN(requestsPerSecond) ? -1 : requestsPerSecond);
  return rate(b) - rate(a);
}

function fieldsOf(rows: readonly Aggregate[], footnotes: Footnotes): Field[] {
  const measured = rows.filter(({ trials }) => trials.length > 0);
  const p50 = timeUnit(measured.map((row) => row.p50Micros));
  const p99 = timeUnit(measured.map((row) => row.p99Micros));
  const opening = timeUnit(measured.map((row) => row.openingMicros));
  const memory = memoryUnit(measured.flatMap(({ peakPssBytes }) => peakPssBytes ?? []));
  const column = (title: string, unit?: Unit): Column => ({ title, align: 'right', ...(unit && { unit: unit.name }) });
  return [
    {
      column: { title: 'model', align: 'left', shrinks: true },
      cell: ({ target }) => cell(target),
    },
    { column: column('req/s'), cell: rateCell },
    { column: column('p50', p50), cell: (row) => numberCell(row.p50Micros, p50) },
    { column: column('p99', p99), cell: (row) => numberCell(row.p99Micros, p99) },
    {
      column: { title: 'CPU', unit: 'µs/req', align: 'right' },
      cell: (row) => numberCell(row.cpuMicrosPerRequest, { name: 'µs', factor: 1 }),
    },
    { column: column('mem', memory), cell: (row) => numberCell(row.peakPssBytes, memory) },
    {
      column: column('open', opening),
      cell: (row) => numberCell(row.openingMicros, opening, row.openingGivenUp ? '>' : ''),
    },
    { column: column('fairness'), cell: fairnessCell },
    { column: column('errors'), cell: errorsCell },
    {
      column: { title: 'see', align: 'left' },
      cell: (row) => cell(noteNumbers(row, footnotes).join(','), 'faint'),
    },
  ];
}

function rateCell({ requestsPerSecond, saturated, trials }: Aggregate): Cell {
  if (trials.length === 0) return cell('failed', 'bad');
  return cell(`${saturated ? '≥' : ''}${formatCount(requestsPerSecond)}`);
}

function numberCell(value: number | null, { factor }: Unit, prefix = ''): Cell {
  if (value === null || Number.isNaN(value)) return cell(NONE, 'faint');
  return cell(`${prefix}${formatNumber(value / factor)}`);
}

/** Says plainly how many were served at all when some were not; Jain's index would hide what it means. */
function fairnessCell({ jain, starved, connections, trials }: Aggregate): Cell {
  if (trials.length === 0) return cell(NONE, 'faint');
  if (starved > 0) return cell(`${connections - starved} of ${connections} served`, 'warning');
  return cell(jain.toFixed(3));
}

function errorsCell({ errors, trials }: Aggregate): Cell {
  if (trials.length === 0) return cell(NONE, 'faint');
  return cell(formatCount(errors), errors > 0 ? 'bad' : 'plain');
}

function noteNumbers({ trials }: Aggregate, footnotes: Footnotes): number[] {
  const numbers = trials.flatMap(({ validity }) => validity.reasons.map((reason) => footnotes.add(reason)));
  return [...new Set(numbers)].sort((a, b) => a - b);
}
