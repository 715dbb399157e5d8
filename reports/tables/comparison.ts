import type { MetricName } from '../../bench/model/metrics.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Comparison, RankingRecord, Result } from '../../bench/model/result.ts';
import { type Field, numberColumn } from '../text/cells.ts';
import type { Footnotes } from '../text/footnotes.ts';
import { formatPlural, NONE } from '../text/quantities.ts';
import { type Cell, cell, type Group, type Row, type Table } from '../text/table.ts';
import type { Aggregate, Comparable } from './aggregate.ts';
import { loadTitle } from './load-title.ts';
import { columnMetrics, metricField } from './metric-field.ts';

/**
 * Returns the table of one scenario: rows grouped by number of connections, fastest first within a group.
 * @param rankings of that scenario; undefined where there are too few rounds for a ranking.
 */
export function comparisonTable(comparable: Comparable, rankings: Rankings | undefined, footnotes: Footnotes): Table {
  const { transport, work, point, aggregates } = comparable;
  const oneWay = point !== undefined && isOneWay(point.workload);
  const levels = [...new Set(aggregates.map(({ connections }) => connections))].sort((a, b) => a - b);
  const ordered = levels.map((level) => {
    const rows = aggregates.filter(({ connections }) => connections === level);
    return fastestFirst(rows, oneWay ? 'bytes' : 'rate');
  });
  const notes = new Map(ordered.flat().map((row) => [row, noteNumbers(row, footnotes)] as const));
  const common = commonNotes(notes);
  const seen = (row: Aggregate) => (notes.get(row) ?? []).filter((number) => !common.includes(number));
  const [model, ...others] = fieldsOf(aggregates, oneWay ? 'one-way' : 'answered', seen);
  const fields = [model, ...(rankings ? [rankField(rankings)] : []), ...others];
  const groups = ordered.map(
    (rows, i): Group => ({
      label: formatPlural(levels[i] ?? 0, 'connection'),
      rows: rows.map((row): Row => fields.map((field) => field.cell(row))),
    }),
  );
  const trials = aggregates.flatMap((row) => row.trials);
  return {
    title: loadTitle(transport, work, point, trials),
    columns: fields.map(({ column }) => column),
    groups,
    ...(common.length > 0 && { note: `Every row: see ${common.join(', ')}.` }),
  };
}

/** Returns the comparison of a table's targets. */
export function comparisonOf(
  { comparison }: Result,
  { app, transport, work, cpus }: Comparable,
): Comparison | undefined {
  const alike = Object.entries(comparison)
    .filter(([key, each]) => (each.transport ?? key) === transport && (each.work ?? null) === work)
    .map(([, each]) => each)
    .filter((each) => each.cpus === cpus);
  return alike.find((each) => each.app === app) ?? alike.find((each) => each.app === undefined);
}

type Rankings = NonNullable<Comparison['rankings']>;

/**
 * Column of ranks by throughput that a row may have at its level: `1`, `2–3`; empty for targets that are not ranked
 * because they left connections waiting.
 */
function rankField(rankings: Rankings): Field<Aggregate> {
  return {
    column: numberColumn('rank'),
    cell: ({ target, connections }) => {
      const ranking = rankings.find((each) => each.connections === connections);
      const range = ranking?.ranges.find(({ name }) => name === target);
      return range === undefined ? cell(NONE, 'faint') : cell(rankText(range));
    },
  };
}

/** Formats a rank: `1`, or `2–3` where the rounds do not decide. */
export function rankText({ best, worst }: RankingRecord['ranges'][number]): string {
  return best === worst ? `${best}` : `${best}–${worst}`;
}

/** Rows that were not measured come last. */
function fastestFirst(rows: readonly Aggregate[], speed: MetricName): Aggregate[] {
  return [...rows].sort((a, b) => (b.values[speed] ?? -1) - (a.values[speed] ?? -1));
}

function fieldsOf(
  rows: readonly Aggregate[],
  load: 'answered' | 'one-way',
  seen: (row: Aggregate) => readonly number[],
): [Field<Aggregate>, ...Field<Aggregate>[]] {
  return [
    {
      column: { title: 'model', align: 'left', shrinks: true },
      cell: ({ target }) => cell(target),
    },
    ...columnMetrics('comparison', rows, load).map((name) => {
      const field = metricField(name, 'comparison', rows);
      const special = SPECIAL_CELLS[name];
      return special === undefined ? field : { ...field, cell: (row: Aggregate) => special(row, field.cell(row)) };
    }),
    {
      column: { title: 'see', align: 'left' },
      cell: (row) => cell(seen(row).join(','), 'faint'),
    },
  ];
}

/** Cells that show more than the value of their metric. */
const SPECIAL_CELLS: { readonly [Name in MetricName]?: (row: Aggregate, usual: Cell) => Cell } = {
  open: ({ openingGivenUp }, { text, tone }) => cell(`${openingGivenUp ? '>' : ''}${text}`, tone),
  // Rounded down, so that only a complete reach is shown as 100.
  reach: ({ values: { reach } }, usual) =>
    reach === null ? usual : cell(String(Math.floor(reach * 10_000) / 100), reach < 1 ? 'bad' : 'plain'),
  fairness: fairnessCell,
};

/** Shows how many connections were served when some were not: Jain's index alone would not show that. */
function fairnessCell(row: Aggregate, usual: Cell): Cell {
  const served = servedWords(row);
  const { fairness } = row.values;
  if (served !== undefined) return cell(served, 'warning');
  return fairness === null ? usual : cell(fairness.toFixed(3));
}

/** Returns how many connections were served: `1 of 64 served`; undefined when all were. */
export function servedWords({ values, connections }: Aggregate): string | undefined {
  const starved = Math.round(values.starved ?? 0);
  if (starved <= 0) return undefined;
  // With stages, some connections are in use for too short a time to be counted as served or starved.
  return values.fairness === null
    ? `${starved} of ${connections} starved`
    : `${connections - starved} of ${connections} served`;
}

function noteNumbers({ trials }: Aggregate, footnotes: Footnotes): number[] {
  const numbers = trials.flatMap(({ validity }) => validity.reasons.map((reason) => footnotes.add(reason)));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Returns the footnotes that every measured row refers to; none where only one was measured. */
function commonNotes(notes: ReadonlyMap<Aggregate, readonly number[]>): number[] {
  const [first = [], ...others] = [...notes].filter(([row]) => row.trials.length > 0).map(([, numbers]) => numbers);
  return others.length === 0 ? [] : first.filter((number) => others.every((numbers) => numbers.includes(number)));
}
