import type { Result } from '../../bench/model/result.ts';
import { SATURATED, type Trial } from '../../bench/model/trial.ts';
import type { Axis, LineChart, LineSeries } from '../document/chart.ts';
import type { Section } from '../document/report-document.ts';
import { formatMicros, formatNumber, formatPlural } from '../text/quantities.ts';
import { cell, type Table } from '../text/table.ts';
import { chartBlock, listBlock, section, tableBlock } from './blocks.ts';
import { MAX_TRIALS } from './drift.ts';
import { TIME_AXIS } from './latency.ts';
import { doubtsOf, isDoubtful } from './rounds.ts';

/** Most trials whose lags are drawn one by one: of more, the range is enough. */
const MAX_LAGS = 100;

const TRIAL_AXIS: Axis = { name: 'trial', unit: 'number', scale: 'linear' };

/** Most targets that a row of the table names. */
const MAX_NAMED = 4;

/** Returns whether the load generator and the machine could do what was asked, and every doubt with its reason. */
export function generatorSection({ trials }: Result): Section[] {
  if (trials.length === 0) return [];
  return section('generator', 'Health of the load generator', [
    ...listBlock(summary(trials)),
    ...(trials.length > 1 && trials.length <= MAX_TRIALS ? [chartBlock(utilizationChart(trials))] : []),
    ...(trials.length > 1 && trials.length <= MAX_LAGS ? lagChart(trials).map(chartBlock) : []),
    ...tableBlock(doubtsTable(trials)),
  ]);
}

function summary(trials: readonly Trial[]): string[] {
  const busiest = Math.max(...trials.map(({ generator }) => generator.utilization));
  const saturated = trials.filter(({ generator }) => generator.saturated).length;
  const lags = trials.flatMap(({ latencyMicros }) => latencyMicros.generatorLag?.p99 ?? []);
  const steal = trials.flatMap(({ kernel }) => kernel?.stealShare ?? []);
  const doubtful = trials.filter(isDoubtful).length;
  return [
    `The busiest generator thread used up to ${formatNumber(busiest * 100)} % of its CPU` +
      (saturated === 0
        ? '.'
        : `, and more than ${SATURATED * 100} % in ${formatPlural(saturated, 'trial')}: servers may be faster there.`),
    ...(lags.length === 0
      ? []
      : [
          `Generator lag at the 99th percentile: ${formatMicros(Math.min(...lags))} to ${formatMicros(Math.max(...lags))}.`,
        ]),
    ...(steal.some((share) => share > 0)
      ? [`The hypervisor gave up to ${formatNumber(Math.max(...steal) * 100)} % of the CPU time to others (steal).`]
      : []),
    doubtful === 0
      ? 'No trial is doubtful.'
      : `${doubtful} of ${formatPlural(trials.length, 'trial')} ${doubtful === 1 ? 'is' : 'are'} doubtful, for the reasons below.`,
  ];
}

function utilizationChart(trials: readonly Trial[]): LineChart {
  return {
    ...{ kind: 'lines', id: 'generator-utilization', title: 'CPU use of the busiest generator thread' },
    caption:
      'Each trial, in the order they ran. Above the line, the generator may have been the limit, and not the server. ' +
      'Hollow: doubtful, for any reason in the table.',
    x: TRIAL_AXIS,
    y: { name: 'utilization', unit: 'share', scale: 'linear' },
    series: inOrder(trials, ({ generator }) => generator.utilization),
    rules: [{ axis: 'y', at: SATURATED, label: 'saturated', tone: 'bad' }],
    interactive: false,
  };
}

function lagChart(trials: readonly Trial[]): LineChart[] {
  const series = inOrder(trials, ({ latencyMicros }) => latencyMicros.generatorLag?.p99 || null);
  if (series.every(({ points }) => points.length === 0)) return [];
  return [
    {
      ...{ kind: 'lines', id: 'generator-lag', title: 'p99 of the generator lag' },
      caption: 'Each trial, in the order they ran: how late the load itself sent and read.',
      x: TRIAL_AXIS,
      y: { ...TIME_AXIS, name: 'generator lag' },
      series: series.filter(({ points }) => points.length > 0),
      interactive: false,
    },
  ];
}

/** Returns a value of each trial over its place in the run, by target; trials without a value are left out. */
function inOrder(trials: readonly Trial[], read: (trial: Trial) => number | null): LineSeries[] {
  return [...new Set(trials.map(({ target }) => target))].map((target) => ({
    name: target,
    style: 'points',
    points: trials.flatMap((trial, i) => {
      const value = trial.target === target ? read(trial) : null;
      return value === null ? [] : [{ x: i + 1, y: Number(value.toPrecision(4)), ...doubtsOf([trial]) }];
    }),
  }));
}

/** Returns every reason for doubt, with its first message. */
function doubtsTable(trials: readonly Trial[]): Table {
  const reasons = new Map<string, { readonly message: string; readonly trials: Trial[] }>();
  for (const trial of trials) {
    for (const { code, message } of trial.validity.reasons) {
      const known = reasons.get(code);
      if (known === undefined) reasons.set(code, { message, trials: [trial] });
      else known.trials.push(trial);
    }
  }
  return {
    title: 'Reasons for doubt',
    columns: [
      { title: 'reason', align: 'left' },
      { title: 'trials', align: 'right' },
      { title: 'of', align: 'left', wraps: true },
      { title: 'the first of them', align: 'left', wraps: true },
    ],
    groups: [
      {
        label: null,
        rows: [...reasons].map(([code, { message, trials: doubted }]) => {
          const isInvalid = doubted.some(({ validity }) => validity.verdict === 'invalid');
          return [
            cell(code, isInvalid ? 'bad' : 'warning'),
            cell(`${doubted.length}`),
            cell(named([...new Set(doubted.map(({ target }) => target))])),
            cell(message),
          ];
        }),
      },
    ],
  };
}

function named(targets: readonly string[]): string {
  const shown = targets.slice(0, MAX_NAMED).join(', ');
  return targets.length > MAX_NAMED ? `${shown} and ${targets.length - MAX_NAMED} more` : shown;
}
