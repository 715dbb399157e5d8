import type { GrowthRow } from '../../bench/lab/fleet/growth.ts';
import { type Field, numberColumn } from '../text/cells.ts';
import { cell, type Table } from '../text/table.ts';

const MIB = 2 ** 20;

/** Returns what the controller of a fleet uses, for several numbers of agents. */
export function growthTable(rows: readonly GrowthRow[]): Table {
  return {
    title: 'Controller of a fleet: % of one CPU, and CPU time of the end of a trial',
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: rows.map((row) => fields.map((field) => field.cell(row))) }],
  };
}

const fields: readonly Field<GrowthRow>[] = [
  { column: numberColumn('agents'), cell: ({ agents }) => cell(String(agents)) },
  { column: numberColumn('idle', '%'), cell: ({ idleCpu }) => cell((idleCpu * 100).toFixed(2)) },
  { column: numberColumn('trial', '%'), cell: ({ trialCpu }) => cell((trialCpu * 100).toFixed(2)) },
  { column: numberColumn('end', 'ms'), cell: ({ endCpuSeconds }) => cell((endCpuSeconds * 1e3).toFixed(0)) },
  { column: numberColumn('memory', 'MiB'), cell: ({ residentBytes }) => cell((residentBytes / MIB).toFixed(0)) },
];
