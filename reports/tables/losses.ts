import type { LossTry } from '../../bench/lab/fleet/losses/try-loss.ts';
import { type Field, numberColumn } from '../text/cells.ts';
import { cell, type Table } from '../text/table.ts';

/** A loss, and what followed it in each try. */
export interface LossRow {
  readonly name: string;
  readonly tries: readonly LossTry[];
}

/** Returns how often each loss of a fleet was reported as it should be. */
export function lossesTable(rows: readonly LossRow[]): Table {
  return {
    title: 'Losses of a fleet',
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: rows.map((row) => fields.map((field) => field.cell(row))) }],
  };
}

const rightly = ({ tries }: LossRow) => tries.filter(({ faults }) => faults.length === 0).length;
const leftBy = ({ tries }: LossRow) => tries.reduce((sum, { left }) => sum + left, 0);

const fields: readonly Field<LossRow>[] = [
  { column: { title: 'what', align: 'left', wraps: true }, cell: ({ name }) => cell(name) },
  { column: numberColumn('tries'), cell: ({ tries }) => cell(String(tries.length)) },
  {
    column: numberColumn('right'),
    cell: (row) => cell(String(rightly(row)), rightly(row) === row.tries.length ? 'plain' : 'bad'),
  },
  {
    column: numberColumn('too late'),
    cell: ({ tries }) => cell(String(tries.filter(({ wasWhole }) => wasWhole).length)),
  },
  { column: numberColumn('stopped, median', 'ms'), cell: ({ tries }) => cell(timeOf(tries, 0.5)) },
  { column: numberColumn('at most', 'ms'), cell: ({ tries }) => cell(timeOf(tries, 1)) },
  { column: numberColumn('left'), cell: (row) => cell(String(leftBy(row)), leftBy(row) === 0 ? 'plain' : 'bad') },
];

function timeOf(tries: readonly LossTry[], share: number): string {
  const times = tries.flatMap(({ stoppedMs }) => (stoppedMs === null ? [] : [stoppedMs])).sort((a, b) => a - b);
  return times[Math.ceil(times.length * share) - 1]?.toFixed(0) ?? '–';
}
