import type { Comparison, RankingRecord, Result } from '../../bench/model/result.ts';
import { FAMILY_ALPHA } from '../../bench/stats/ranking.ts';
import type { MatrixCell, MatrixChart } from '../document/chart.ts';
import type { Section } from '../document/report-document.ts';
import { formatNumber, formatP, formatPlural } from '../text/quantities.ts';
import { chartBlock, section } from './blocks.ts';
import { highestLevel, type MeasuredScenario, titled } from './scenarios.ts';

/** A difference of this ratio, or more, has the strongest colour. */
const STRONGEST = 2;

type Pair = RankingRecord['pairs'][number];

/** Returns how each pair of targets compares, at the highest level of each scenario that has a ranking. */
export function pairwiseSection({ plan }: Result, scenarios: readonly MeasuredScenario[]): Section[] {
  const charts = scenarios.flatMap((scenario) => {
    const { comparison } = scenario;
    const level = highestLevel(scenario);
    const ranking = comparison?.rankings?.find(({ connections }) => connections === level);
    const retention = plan.command === 'scale' ? comparison?.retentionRanking : undefined;
    const what = `with ${formatPlural(level, 'connection')}`;
    return [
      ...(ranking === undefined ? [] : [matrix(scenario, ranking, 'speed', `Throughput ${what}`)]),
      ...(retention === undefined
        ? []
        : [matrix(scenario, retention, 'retention', `Share of the best rate kept ${what}`)]),
    ];
  });
  return section('pairs', 'Pair by pair', charts.map(chartBlock));
}

function matrix(
  scenario: MeasuredScenario,
  { ranges, pairs, rounds }: RankingRecord,
  id: string,
  title: string,
): MatrixChart {
  const names = ranges.map(({ name }) => name);
  const confidence = confidenceText(scenario.comparison);
  return {
    ...{ kind: 'matrix', id: `pairs-${id}-${scenario.id}`, title: titled(title, scenario) },
    caption:
      `By how much the row is ahead of the column, over ${rounds} rounds, each compared within itself: signed-rank ` +
      `tests with Holm's procedure over all pairs. ≈: within 2 % of each other; ?: the rounds do not decide. Details ` +
      `contain the estimate and its ${confidence} interval.`,
    rowNames: names,
    columnNames: names,
    // The other half would repeat these with opposite signs.
    cells: names.map((row, i) =>
      names.map((column, j) => {
        const pair =
          j > i ? pairs.find(({ a, b }) => (a === row && b === column) || (a === column && b === row)) : undefined;
        return pair === undefined ? null : cellOf(pair.a === row ? pair : reversed(pair), confidence);
      }),
    ),
  };
}

function confidenceText(comparison: Comparison | undefined): string {
  return `${Number(((1 - (comparison?.alpha ?? FAMILY_ALPHA)) * 100).toPrecision(3))} %`;
}

const REVERSED = { ahead: 'behind', behind: 'ahead', equivalent: 'equivalent', unresolved: 'unresolved' } as const;

/** Returns the same pair from the other side. */
function reversed({ a, b, ahead, interval: { low, high }, relation, ...rest }: Pair): Pair {
  const inverse = (share: number) => 1 / (1 + share) - 1;
  return {
    ...rest,
    ...{ a: b, b: a, ahead: inverse(ahead), relation: REVERSED[relation] },
    interval: { low: high === null ? -1 : inverse(high), high: low <= -1 ? null : inverse(low) },
  };
}

function cellOf({ a, b, ahead, interval: { low, high }, p, relation }: Pair, confidence: string): MatrixCell {
  const decided = relation === 'ahead' || relation === 'behind';
  const change = signed(ahead);
  const range = `${confidence}: ${signed(low)} to ${high === null ? 'any' : signed(high)}`;
  return {
    text: decided ? change : relation === 'equivalent' ? '≈' : '?',
    value: decided ? Math.max(-1, Math.min(1, Math.log1p(ahead) / Math.log(STRONGEST))) : 0,
    detail: `${a} to ${b}: ${change} (${range}; ${formatP(p)})`,
  };
}

/** Formats a difference as a share: `+12.3 %`, `−0.4 %`. */
function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${formatNumber(Math.abs(share) * 100)} %`;
}
