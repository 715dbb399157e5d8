import type { Capacity } from '../../bench/model/capacity.ts';
import type { Result } from '../../bench/model/result.ts';
import { workWords } from '../../bench/model/work-words.ts';
import { type Field, numberCell, numberColumn } from '../text/cells.ts';
import type { Footnotes } from '../text/footnotes.ts';
import { formatCount, formatPlural, NONE, timeUnit } from '../text/quantities.ts';
import { type Cell, cell, type Group, type Row, type Table } from '../text/table.ts';
import { loadTitle } from './load-title.ts';

/** Shares of the capacity with latency columns. LAST_SHARE has the CPU column that narrow pages show, too. */
const SHARES = [0.1, 0.5, 0.9];
const LAST_SHARE = 0.9;

/** Returns the capacity of every target: one row each, grouped by number of connections, the highest rate first. */
export function capacityTable({ capacity = [], trials, plan }: Result, footnotes: Footnotes): Table {
  const levels = [...new Set(capacity.map(({ connections }) => connections))].sort((a, b) => a - b);
  const fields = fieldsOf(capacity, footnotes);
  const groups = levels.map((level): Group => {
    const rows = capacity.filter(({ connections }) => connections === level);
    return {
      label: formatPlural(level, 'connection'),
      rows: highestFirst(rows).map((row): Row => fields.map((field) => field.cell(row))),
    };
  });
  const [first] = capacity;
  const point = trials[0] && { ...trials[0], rate: null };
  const load = loadTitle(first?.transport ?? '', first ? workWords(first) : null, point, trials);
  return {
    title: `${load}, Poisson arrivals; ${objectives(plan)}`,
    columns: fields.map(({ column }) => column),
    groups,
  };
}

/** Formats the objectives: `p99<5ms, at most 0.1 % failed, 99 % of the rate answered`. */
function objectives({ capacity }: Result['plan']): string {
  const { slos = [], mostErrors = 0 } = capacity ?? {};
  return [...slos, `at most ${Number((mostErrors * 100).toPrecision(3))} % failed`, '99 % of the rate answered'].join(
    ', ',
  );
}

function highestFirst(rows: readonly Capacity[]): Capacity[] {
  return [...rows].sort((a, b) => (b.confirmed ?? -1) - (a.confirmed ?? -1));
}

function fieldsOf(capacities: readonly Capacity[], footnotes: Footnotes): Field<Capacity>[] {
  return [
    { column: { title: 'model', align: 'left', shrinks: true }, cell: ({ target }) => cell(target) },
    { column: numberColumn('kept', 'req/s'), cell: confirmedCell },
    { column: numberColumn('not kept', 'req/s'), cell: refutedCell },
    ...SHARES.flatMap((share) => [
      latencyField(share, 'p50Micros', capacities),
      latencyField(share, 'p99Micros', capacities),
    ]),
    ...SHARES.map(cpuField),
    {
      column: { title: 'see', align: 'left' },
      cell: ({ notes }) => {
        const numbers = new Set(notes.map((note) => footnotes.add(note)));
        return cell([...numbers].sort((a, b) => a - b).join(','), 'faint');
      },
    },
  ];
}

/** Without a confirmed rate, the cell shows the outcome of the search. */
function confirmedCell({ outcome, confirmed }: Capacity): Cell {
  if (confirmed !== null) return cell(`${outcome === 'at-least' ? '≥' : ''}${formatCount(confirmed)}`);
  return outcome === 'none' ? cell('none', 'bad') : cell('unknown', 'warning');
}

function refutedCell({ refuted }: Capacity): Cell {
  return refuted === null ? cell(NONE, 'faint') : cell(formatCount(refuted));
}

function latencyField(
  share: number,
  field: 'p50Micros' | 'p99Micros',
  capacities: readonly Capacity[],
): Field<Capacity> {
  const read = (capacity: Capacity) => profileAt(capacity, share)?.[field];
  const unit = timeUnit(capacities.flatMap((capacity) => read(capacity) ?? []));
  return {
    column: numberColumn(percent(share), `${field.slice(0, 3)} ${unit.name}`),
    cell: (capacity) => numberCell(read(capacity), unit),
  };
}

function cpuField(share: number): Field<Capacity> {
  const column = numberColumn(percent(share), 'CPU µs');
  return {
    column: share === LAST_SHARE ? column : { ...column, optional: true },
    cell: (capacity) => numberCell(profileAt(capacity, share)?.cpuMicrosPerRequest, { factor: 1 }),
  };
}

function profileAt({ profile }: Capacity, share: number): Capacity['profile'][number] | undefined {
  return profile.find((each) => each.share === share);
}

function percent(share: number): string {
  return `${share * 100} %`;
}
