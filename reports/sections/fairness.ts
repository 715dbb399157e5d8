import type { IntervalChart } from '../document/chart.ts';
import type { Block, Section } from '../document/report-document.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { servedWords } from '../tables/comparison.ts';
import { formatPlural } from '../text/quantities.ts';
import { chartBlock, paragraphBlock, section } from './blocks.ts';
import { doubtsOf, roundSamples } from './rounds.ts';
import { type MeasuredScenario, titled } from './scenarios.ts';

/** From this Jain's index on, connections differ by so little that a chart shows nothing. */
const FAIR = 0.95;

/** Returns how evenly connections were served: a chart of those that were not, or a sentence. */
export function fairnessSection(scenarios: readonly MeasuredScenario[]): Section[] {
  const known = scenarios.flatMap(({ rows }) => rows).filter(isKnown);
  const unfair = scenarios.map((scenario) => ({ scenario, rows: scenario.rows.filter(isUnfair) }));
  const charts = unfair
    .filter(({ rows }) => rows.length > 0)
    .map(({ scenario, rows }): Block => chartBlock(fairnessChart(scenario, rows)));
  return section('fairness', 'Fairness between connections', [
    ...(known.length === 0 ? [] : paragraphBlock(summary(known, known.filter(isUnfair).length))),
    ...charts,
  ]);
}

/** One connection is always treated as itself. */
function isKnown({ values, connections }: Aggregate): boolean {
  return connections > 1 && values.fairness !== null;
}

function isUnfair(row: Aggregate): boolean {
  return isKnown(row) && ((row.values.fairness ?? 1) < FAIR || servedWords(row) !== undefined);
}

function summary(known: readonly Aggregate[], unfair: number): string {
  const least = Math.min(...known.map(({ values }) => values.fairness ?? 1));
  const index = "Jain's index over the requests of each connection";
  if (unfair === 0) {
    return `All connections were served alike: ${index} is at least ${floored(least)}, where 1 means the same for all.`;
  }
  return (
    `${index} is 1 when all completed the same number, and 1/n when one of n completed all. Below are those with less ` +
    `than ${FAIR} or with connections that got nothing; the other ${known.length - unfair} served all alike.`
  );
}

/** Rounded down, so that only 1 is shown as 1. */
function floored(index: number): string {
  return (Math.floor(index * 1000) / 1000).toFixed(3);
}

function fairnessChart(scenario: MeasuredScenario, rows: readonly Aggregate[]): IntervalChart {
  return {
    ...{ kind: 'intervals', id: `fairness-${scenario.id}`, title: titled("Jain's index over connections", scenario) },
    caption:
      'Medians of the rounds, and each round. The note says how many connections were served, when not all were.',
    x: { name: "Jain's index", unit: 'number', scale: 'linear' },
    rows: [...rows]
      .sort((a, b) => a.connections - b.connections || (b.values.fairness ?? 0) - (a.values.fairness ?? 0))
      .map((row) => {
        const served = servedWords(row);
        return {
          ...{ name: row.target, group: formatPlural(row.connections, 'connection'), value: row.values.fairness },
          ...roundSamples(row, 'fairness'),
          ...(served !== undefined && { note: served, tone: 'bad' as const }),
          ...doubtsOf(row.trials),
        };
      }),
    rules: [{ axis: 'x', at: 1, label: 'all alike', tone: 'good' }],
  };
}
