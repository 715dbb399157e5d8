import { failedRequests, requestsDue } from '../../bench/model/failed-requests.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import type { Block, Section } from '../document/report-document.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { broadcastTable } from '../tables/details/broadcast.ts';
import { datagramTable } from '../tables/details/datagrams.ts';
import { repliesTable } from '../tables/details/replies.ts';
import { type Field, numberColumn } from '../text/cells.ts';
import { formatCount, formatNumber, formatPlural } from '../text/quantities.ts';
import { cell, type Table } from '../text/table.ts';
import { paragraphBlock, section, tableBlock } from './blocks.ts';
import { type MeasuredScenario, titled } from './scenarios.ts';

/** Returns which requests failed and how, with the first bad replies; a sentence when none did. */
export function errorsSection({ plan, trials }: Result, scenarios: readonly MeasuredScenario[]): Section[] {
  const completed = trials.reduce((sum, { requests }) => sum + requests.completed, 0);
  const failed = trials.reduce((sum, trial) => sum + failedRequests(trial), 0);
  const isOne = plan.command === 'run';
  return section('errors', 'Errors', [
    ...(failed === 0 && completed > 0
      ? paragraphBlock(
          `None: all ${completed.toLocaleString('en-US')} requests of ${formatPlural(trials.length, 'trial')} were answered as expected.`,
        )
      : []),
    ...scenarios.flatMap((scenario) => [
      ...failuresOf(scenario),
      ...(isOne ? detailsOf(scenario) : examplesOf(scenario)),
    ]),
  ]);
}

function failuresOf(scenario: MeasuredScenario): Block[] {
  const rows = scenario.rows.filter(({ trials }) => trials.some((trial) => failedRequests(trial) > 0));
  const fields = shownFields(rows);
  const table: Table = {
    title: titled('Failed requests, sums of the rounds', scenario),
    columns: fields.map(({ column }) => column),
    groups: scenario.levels.flatMap((level) => {
      const ofLevel = rows.filter(({ connections }) => connections === level);
      if (ofLevel.length === 0) return [];
      return [
        {
          label: formatPlural(level, 'connection'),
          rows: ofLevel.map((row) => fields.map((field) => field.cell(row))),
        },
      ];
    }),
  };
  return tableBlock(table);
}

type Kind = readonly [title: string, countOf: (trial: Trial) => number];

/** How requests end that are not answered as expected. Each is of one kind. */
const KINDS: readonly Kind[] = [
  ['timed out', ({ requests }) => requests.timedOut],
  ['refused', ({ requests }) => Math.min(requests.errors, requests.refusals ?? 0)],
  ['connection', ({ requests }) => requests.errors - Math.min(requests.errors, requests.refusals ?? 0)],
  ['corrupted', ({ requests }) => requests.corrupted],
  ['never sent', ({ requests }) => requests.dropped],
];

function shownFields(rows: readonly Aggregate[]): Field<Aggregate>[] {
  const trials = rows.flatMap((row) => row.trials);
  const kinds = KINDS.filter(([, countOf]) => trials.some((trial) => countOf(trial) > 0));
  return [
    { column: { title: 'model', align: 'left', shrinks: true }, cell: ({ target }) => cell(target) },
    { column: numberColumn('due'), cell: (row) => cell(formatCount(sumOf(row, requestsDue))) },
    {
      column: numberColumn('failed', '%'),
      cell: (row) => cell(formatNumber((sumOf(row, failedRequests) / sumOf(row, requestsDue)) * 100), 'bad'),
    },
    ...kinds.map(
      ([title, countOf]): Field<Aggregate> => ({
        column: numberColumn(title),
        cell: (row) => {
          const count = sumOf(row, countOf);
          return cell(formatCount(count), count > 0 ? 'bad' : 'plain');
        },
      }),
    ),
  ];
}

function sumOf({ trials }: Aggregate, countOf: (trial: Trial) => number): number {
  return trials.reduce((sum, trial) => sum + countOf(trial), 0);
}

/** Returns everything known of the replies to one load. */
function detailsOf({ rows }: MeasuredScenario): Block[] {
  const trials = rows.flatMap((row) => row.trials);
  const tables = [datagramTable(trials), broadcastTable(trials), repliesTable(trials)];
  return tables.flatMap((table) => (table === null ? [] : tableBlock(table)));
}

/** Returns the first bad replies of each target that sent any. */
function examplesOf(scenario: MeasuredScenario): Block[] {
  return scenario.targets.flatMap((target) => {
    const trials = scenario.rows.flatMap((row) => (row.target === target ? row.trials : []));
    const table = trials.some(({ examples }) => examples !== undefined) ? repliesTable(trials) : null;
    return table === null ? [] : tableBlock({ ...table, title: titled(`${target}: ${table.title}`, scenario) });
  });
}
