import type { RankingRecord, Result } from '../../bench/model/result.ts';
import type { IntervalChart, IntervalRow } from '../document/chart.ts';
import type { Block, Section } from '../document/report-document.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { comparisonTable, rankText, servedWords } from '../tables/comparison.ts';
import { agentLoadsTable } from '../tables/details/agents.ts';
import { secondOpinionTable } from '../tables/details/second-opinion.ts';
import { targetsTable } from '../tables/details/targets.ts';
import { Footnotes } from '../text/footnotes.ts';
import { formatPlural } from '../text/quantities.ts';
import { chartBlock, footnoteBlock, section, tableBlock } from './blocks.ts';
import { doubtsOf, INTERVAL_ROUNDS, INTERVAL_WORDS, roundSamples, roundsInterval } from './rounds.ts';
import { type MeasuredScenario, rowsAt, speedAxis, titled } from './scenarios.ts';

/** Returns how fast each target was, with its rank: a chart where there is something to compare, and the table. */
export function leaderboardSection(result: Result, scenarios: readonly MeasuredScenario[]): Section[] {
  const blocks = scenarios.flatMap((scenario) => {
    const footnotes = new Footnotes();
    return [
      ...(scenario.rows.length > 1 ? [chartBlock(leaderboardChart(scenario))] : []),
      ...tableBlock(comparisonTable(scenario.comparable, scenario.comparison?.rankings, footnotes)),
      ...footnoteBlock(footnotes),
    ];
  });
  return section('leaderboard', scenarios.some(isComparison) ? 'Leaderboard' : 'Results', [
    ...blocks,
    ...loadDetails(result),
  ]);
}

/** Returns what further is known of one load: its targets, when several shared it, and a second load generator's numbers. */
function loadDetails({ plan, trials }: Result): Block[] {
  if (plan.command !== 'run') return [];
  return [targetsTable(trials), agentLoadsTable(trials), secondOpinionTable(trials)].flatMap((table) =>
    table === null ? [] : tableBlock(table),
  );
}

function isComparison({ targets }: MeasuredScenario): boolean {
  return targets.length > 1;
}

function leaderboardChart(scenario: MeasuredScenario): IntervalChart {
  const { id, levels, comparison, speed } = scenario;
  const rounds = Math.max(...scenario.rows.map(({ trials }) => trials.length));
  const ranked = (comparison?.rankings ?? []).length > 0;
  const rows = levels.flatMap((level) =>
    rowsAt(scenario, level)
      .sort((a, b) => (b.values[speed] ?? -1) - (a.values[speed] ?? -1))
      .map((row) => rowOf(row, scenario, levels.length > 1)),
  );
  return {
    ...{ kind: 'intervals', id: `leaderboard-${id}`, title: titled(speedTitle(scenario), scenario) },
    caption: leaderboardCaption(rounds, ranked),
    x: speedAxis(scenario, 'linear'),
    rows,
  };
}

function leaderboardCaption(rounds: number, isRanked: boolean): string {
  if (rounds === 1) return 'One round.';
  return [
    `The median of ${rounds} rounds, and each round as a small mark.`,
    rounds < INTERVAL_ROUNDS ? `There is no interval: it takes ${INTERVAL_ROUNDS} rounds.` : `Bars: ${INTERVAL_WORDS}.`,
    ...(isRanked
      ? [
          'Ranks come from comparing targets within each round, so bars may overlap although one is ahead. A range ' +
            'such as 2–3 means that the rounds do not decide, or that targets are within 2 % of each other.',
        ]
      : []),
  ].join(' ');
}

function speedTitle({ speed }: MeasuredScenario): string {
  return speed === 'bytes' ? 'Throughput of each target' : 'Requests answered per second';
}

function rowOf(row: Aggregate, { speed, comparison }: MeasuredScenario, isGrouped: boolean): IntervalRow {
  const { target, connections, trials, values } = row;
  const ranking = comparison?.rankings?.find((each) => each.connections === connections);
  const range = ranking?.ranges.find(({ name }) => name === target);
  return {
    name: target,
    ...(isGrouped && { group: formatPlural(connections, 'connection') }),
    value: values[speed],
    ...roundsInterval(row, speed),
    ...roundSamples(row, speed),
    ...noteOf(row, range),
    ...doubtsOf(trials),
  };
}

/** Returns what stands behind a row: its rank, connections without a reply, and whether the generator was the limit. */
function noteOf(row: Aggregate, range: RankingRecord['ranges'][number] | undefined): Pick<IntervalRow, 'note'> {
  const served = servedWords(row);
  const notes = [
    ...(range === undefined ? [] : [`rank ${rankText(range)}`]),
    ...(served === undefined ? [] : [served]),
    ...(row.saturated ? ['or more (generator limit)'] : []),
  ];
  return notes.length === 0 ? {} : { note: notes.join('; ') };
}
