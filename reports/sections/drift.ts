import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { speed, throughputOf } from '../../bench/run/throughput.ts';
import { median } from '../../bench/stats/median.ts';
import { seasonalKendall } from '../../bench/stats/seasonal-kendall.ts';
import type { Axis, LineChart, Rule } from '../document/chart.ts';
import type { Section } from '../document/report-document.ts';
import { formatP } from '../text/quantities.ts';
import { chartBlock, paragraphBlock, section } from './blocks.ts';
import { doubtsOf } from './rounds.ts';
import type { MeasuredScenario } from './scenarios.ts';

/** Fewest trials that show a course, and fewest pairs for a statement about it. */
const MIN_TRIALS = 4;
const MIN_PAIRS = 10;
const ALPHA = 0.05;
/** Most trials that are drawn one by one. */
export const MAX_TRIALS = 500;
/** Most rounds whose beginnings are marked. */
const MAX_MARKED = 15;

/** A trial by its place in the run, and its throughput relative to others of the same target and load. */
interface Placed {
  readonly trial: Trial;
  /** Counted from 1. */
  readonly place: number;
  readonly relative: number;
}

/** Returns the trials in the order in which they ran, so that a machine that became slower or faster shows. */
export function driftSection({ trials }: Result, scenarios: readonly MeasuredScenario[]): Section[] {
  const groups = scenarios
    .flatMap(({ rows }) => rows.map((row) => row.trials.filter((trial) => speed(throughputOf(trial)) > 0)))
    .filter(({ length }) => length > 1);
  const placed = groups.flatMap((group) => placedOf(group, trials)).sort((a, b) => a.place - b.place);
  if (placed.length < MIN_TRIALS) return [];
  return section('order', 'Trials in the order they ran', [
    ...paragraphBlock(trendSentence(groups)),
    chartBlock(placed.length > MAX_TRIALS ? roundsChart(placed) : driftChart(placed)),
  ]);
}

function placedOf(group: readonly Trial[], order: readonly Trial[]): Placed[] {
  const usual = median(group.map((trial) => speed(throughputOf(trial))));
  return group.map((trial) => ({
    trial,
    place: order.indexOf(trial) + 1,
    relative: speed(throughputOf(trial)) / usual,
  }));
}

function trendSentence(groups: readonly (readonly Trial[])[]): string {
  const pairs = groups.reduce((sum, { length }) => sum + (length * (length - 1)) / 2, 0);
  if (pairs < MIN_PAIRS) return '';
  const { tau, p } = seasonalKendall(groups.map((group) => group.map((trial) => speed(throughputOf(trial)))));
  const test = `seasonal Kendall test over ${pairs} pairs of trials: τ = ${tau.toFixed(2)}, ${formatP(p, 3)}`;
  if (p >= ALPHA)
    return `Throughput neither rose nor fell from the first to the last round by more than chance explains (${test}).`;
  return (
    `Throughput ${tau < 0 ? 'fell' : 'rose'} as the run went on (${test}). The order within each round is random, so ` +
    'targets are compared fairly, but rates of this run hold for a machine that changed: look at what else ran on it.'
  );
}

/** Axis and rule of trials or rounds in comparison with what is usual. */
const RELATIVE: Axis = { name: 'throughput ÷ its median', unit: 'ratio', scale: 'linear', includesZero: false };
const USUAL: Rule = { axis: 'y', at: 1, label: 'median', tone: 'plain' };

function driftChart(placed: readonly Placed[]): LineChart {
  const targets = [...new Set(placed.map(({ trial }) => trial.target))];
  return {
    ...{ kind: 'lines', id: 'trials-in-order', title: 'Throughput of each trial, in the order they ran' },
    caption:
      'Relative to the median of the same target under the same load: 1 is as usual. Trials that all lie lower or ' +
      'higher for a while had a slower or faster machine; one alone had a disturbance of its own.',
    x: { name: 'trial', unit: 'number', scale: 'linear' },
    y: RELATIVE,
    series: targets.map((target) => ({
      name: target,
      style: 'points',
      points: placed
        .filter(({ trial }) => trial.target === target)
        .map(({ trial, place, relative }) => ({ x: place, y: Number(relative.toPrecision(4)), ...doubtsOf([trial]) })),
    })),
    rules: [USUAL, ...roundRules(placed)],
    interactive: false,
  };
}

/** Returns the same of a long run: each round as the median of its trials. */
function roundsChart(placed: readonly Placed[]): LineChart {
  const rounds = [...new Set(placed.map(({ trial }) => trial.round))].sort((a, b) => a - b);
  return {
    ...{ kind: 'lines', id: 'rounds-in-order', title: 'Throughput of each round' },
    caption:
      'The median of all trials of a round, each relative to the median of the same target under the same load: 1 is as ' +
      'usual. A course is that of the machine.',
    x: { name: 'round', unit: 'number', scale: 'linear' },
    y: RELATIVE,
    series: [
      {
        name: 'all targets',
        points: rounds.map((round) => {
          const ofRound = placed.filter(({ trial }) => trial.round === round);
          return { x: round, y: Number(median(ofRound.map(({ relative }) => relative)).toPrecision(4)) };
        }),
      },
    ],
    rules: [USUAL],
    interactive: false,
  };
}

/** Returns a line where each round begins. */
function roundRules(placed: readonly Placed[]): Rule[] {
  const first = new Map<number, number>();
  for (const { trial, place } of placed) if (!first.has(trial.round)) first.set(trial.round, place);
  if (first.size > MAX_MARKED || placed.length === first.size) return [];
  return [...first].map(([round, place]) => ({ axis: 'x', at: place - 0.5, label: `round ${round}`, tone: 'plain' }));
}
