import type { CostPair, LoadCost } from '../../bench/lab/fleet/path-cost.ts';
import type { Start, StartLoad } from '../../bench/lab/fleet/starts.ts';
import { median } from '../../bench/stats/median.ts';
import { type Field, numberCell, numberColumn } from '../text/cells.ts';
import { timeUnit } from '../text/quantities.ts';
import { cell, type Table } from '../text/table.ts';

/** Returns how far the first requests of agents were apart, over several starts of each load. */
export function startsTable(agents: number, starts: ReadonlyMap<StartLoad, readonly Start[]>): Table {
  const rows = [...starts].flatMap(([load, all]) =>
    spreads.map(({ what, of }) => ({ load, what, starts: all.length, micros: all.map(of).sort((a, b) => a - b) })),
  );
  const fields = startFields(rows.flatMap(({ micros }) => micros));
  return {
    title: `First requests of ${agents} agents on one machine`,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: rows.map((row) => fields.map((field) => field.cell(row))) }],
  };
}

const spreads: readonly { readonly what: string; readonly of: (start: Start) => number }[] = [
  { what: 'spread', of: ({ trueSpreadMicros }) => trueSpreadMicros },
  { what: 'spread as the controller estimates it', of: ({ estimatedSpreadMicros }) => estimatedSpreadMicros },
  { what: 'the last one after the planned start', of: ({ latestMicros }) => latestMicros },
  { what: '± of the least certain clock', of: ({ uncertaintyMicros }) => uncertaintyMicros },
];

interface SpreadRow {
  readonly load: StartLoad;
  readonly what: string;
  readonly starts: number;
  /** Ascending. */
  readonly micros: readonly number[];
}

function startFields(all: readonly number[]): Field<SpreadRow>[] {
  const unit = timeUnit(all.map(Math.abs));
  const column = (title: string, of: (micros: readonly number[]) => number | undefined): Field<SpreadRow> => ({
    column: numberColumn(title, unit.name),
    cell: ({ micros }) => numberCell(of(micros), unit),
  });
  return [
    { column: { title: 'load', align: 'left' }, cell: ({ load }) => cell(load) },
    { column: { title: 'what', align: 'left', shrinks: true }, cell: ({ what }) => cell(what) },
    { column: numberColumn('starts'), cell: ({ starts }) => cell(String(starts)) },
    column('median', median),
    column('p90', (micros) => micros[Math.ceil(micros.length * 0.9) - 1]),
    column('worst', (micros) => micros.at(-1)),
  ];
}

/** Returns what a request costs an agent, compared with a local run. */
export function costTable(pairs: readonly CostPair[]): Table {
  return {
    title: 'CPU of a process that loads with one thread',
    columns: [
      { title: 'what', align: 'left' },
      ...['pairs', 'local', 'agent', 'agent ÷ local', 'least', 'most'].map((title) => numberColumn(title)),
    ],
    groups: [
      {
        label: null,
        rows: [
          costCells('µs a request', pairs, ({ micros }) => micros),
          costCells('by its threads: all ÷ the one that loads', pairs, ({ besides }) => 1 + besides),
        ],
      },
    ],
  };
}

function costCells(what: string, pairs: readonly CostPair[], of: (cost: LoadCost) => number) {
  const ratios = pairs.map(({ local, fleet }) => of(fleet) / of(local));
  return [
    cell(what),
    cell(String(pairs.length)),
    cell(median(pairs.map(({ local }) => of(local))).toFixed(3)),
    cell(median(pairs.map(({ fleet }) => of(fleet))).toFixed(3)),
    cell(median(ratios).toFixed(3)),
    cell(Math.min(...ratios).toFixed(3)),
    cell(Math.max(...ratios).toFixed(3)),
  ];
}
