import type { Capacity, CapacityStep } from '../../bench/model/capacity.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import type { Axis, IntervalChart, IntervalRow, LineChart, LinePoint, LineSeries } from '../document/chart.ts';
import type { Section } from '../document/report-document.ts';
import { capacityTable } from '../tables/capacity.ts';
import { searchTable } from '../tables/details/search.ts';
import { Footnotes } from '../text/footnotes.ts';
import { formatCount, formatPlural } from '../text/quantities.ts';
import { chartBlock, footnoteBlock, section, tableBlock } from './blocks.ts';
import { objectives, TIME_AXIS, timeRules } from './latency.ts';
import { doubtsOf } from './rounds.ts';

/** Most searches with a chart of their steps. */
const MAX_SEARCHES = 6;
/** Most targets whose p50 is in a chart of their p99. */
const MAX_WITH_BOTH = 4;

const RATE_AXIS: Axis = { name: 'requests/s', unit: 'perSecond', scale: 'log' };
const SHARE_AXIS: Axis = { name: 'share of the highest rate that was kept', unit: 'share', scale: 'linear' };

/** A search with the trials of its steps. */
interface Search {
  readonly capacity: Capacity;
  /** In words where there are several: its target, with the connections where these vary. */
  readonly name: string;
  readonly steps: readonly { readonly step: CapacityStep; readonly trial: Trial | undefined }[];
}

/** Returns the sections of a search for capacities: brackets, how each was found, and what happened on the way. */
export function capacitySections(result: Result): Section[] {
  const searches = searchesOf(result);
  if (searches.length === 0) return [];
  const footnotes = new Footnotes('target');
  const table = capacityTable(result, footnotes);
  const steps = searchTable(result.capacity ?? [], result.trials);
  const charted = searches.length > MAX_SEARCHES ? [] : searches.filter((search) => search.steps.length > 1);
  return [
    section('capacity', 'Capacity', [
      chartBlock(bracketChart(searches)),
      ...tableBlock(table),
      ...footnoteBlock(footnotes),
    ]),
    section('search', 'How it was found', [
      ...charted.map((search, i) => chartBlock(stepsChart(search, i))),
      ...(steps === null ? [] : tableBlock(steps)),
    ]),
    section('latency', 'Latency against rate', latencyCharts(result, searches).map(chartBlock)),
    section('profile', 'Below the capacity', profileCharts(result, searches).map(chartBlock)),
  ].flat();
}

function searchesOf({ capacity: all = [], trials }: Result): Search[] {
  const levels = new Set(all.map(({ connections }) => connections));
  return all.map((capacity): Search => {
    const { target, connections, steps } = capacity;
    const ofSearch = trials.filter((trial) => trial.target === target && trial.connections === connections);
    return {
      capacity,
      name: levels.size > 1 ? `${target}, ${formatPlural(connections, 'connection')}` : target,
      steps: steps.map((step) => ({ step, trial: ofSearch.find(({ round }) => round === step.round) })),
    };
  });
}

const OUTCOMES = {
  bracketed: '',
  'at-least': 'at least this',
  none: 'kept at no rate',
  unknown: 'not known',
} as const satisfies Record<Capacity['outcome'], string>;

function bracketChart(searches: readonly Search[]): IntervalChart {
  const rows = [...searches]
    .sort((x, y) => (y.capacity.confirmed ?? 0) - (x.capacity.confirmed ?? 0))
    .map(({ capacity, name }): IntervalRow => {
      const { target, confirmed, refuted, outcome, notes } = capacity;
      const words = OUTCOMES[outcome];
      return {
        ...{ name, identity: target, value: confirmed },
        ...((confirmed ?? refuted) !== null && { low: confirmed, high: refuted }),
        ...(words !== '' && { note: words }),
        ...doubtIn(notes),
      };
    });
  return {
    ...{ kind: 'intervals', id: 'capacity-brackets', title: 'Highest rate at which the objectives are kept' },
    caption:
      'The mark is the highest rate that was kept for a whole confirmation window; the bar ends at the lowest rate ' +
      'that was not. The capacity lies between them: this is a bracket, not a confidence interval. An arrow: no such rate was found.',
    x: RATE_AXIS,
    rows,
  };
}

/** Returns the first remark on a bracket; the table refers to all. */
function doubtIn([first, ...others]: Capacity['notes']): Pick<IntervalRow, 'doubt'> {
  if (first === undefined) return {};
  return { doubt: others.length === 0 ? first.message : `${first.message}; and ${others.length} more, see the table` };
}

const FINDINGS = {
  met: 'kept',
  missed: 'not kept',
  limited: 'not known (generator)',
  unmeasured: 'not measured',
} as const satisfies Record<CapacityStep['finding'], string>;

function stepsChart({ capacity, name, steps }: Search, index: number): LineChart {
  const { confirmed, refuted } = capacity;
  const findings = Object.keys(FINDINGS) as (keyof typeof FINDINGS)[];
  return {
    ...{ kind: 'lines', id: `search-${index + 1}`, title: `Rates tried, in order: ${name}` },
    caption:
      'Each trial of the search. Short trials bracket the capacity; then whole windows confirm one rate and refute a ' +
      'higher one. The lines are the two ends that were found.',
    x: { name: 'step', unit: 'number', scale: 'linear' },
    y: RATE_AXIS,
    series: findings.flatMap((finding): LineSeries[] => {
      const points = steps.flatMap(({ step }, i): LinePoint[] =>
        step.finding === finding ? [{ x: i + 1, y: step.rate, ...stepDoubt(step) }] : [],
      );
      return points.length === 0 ? [] : [{ name: FINDINGS[finding], style: 'points', points }];
    }),
    rules: [
      ...(confirmed === null
        ? []
        : [{ axis: 'y', at: confirmed, label: `kept: ${formatCount(confirmed)}`, tone: 'good' } as const]),
      ...(refuted === null
        ? []
        : [{ axis: 'y', at: refuted, label: `not kept: ${formatCount(refuted)}`, tone: 'bad' } as const]),
    ],
    interactive: false,
  };
}

function stepDoubt({ finding, reasons }: CapacityStep): { readonly doubt?: string } {
  const isUnknown = finding === 'limited' || finding === 'unmeasured';
  return isUnknown ? { doubt: reasons.map(({ message }) => message).join('; ') || FINDINGS[finding] } : {};
}

function latencyCharts(result: Result, searches: readonly Search[]): LineChart[] {
  const both = searches.length <= MAX_WITH_BOTH;
  const shown = both ? (['p99', 'p50'] as const) : (['p99'] as const);
  const series = searches.flatMap(({ capacity, name, steps }) =>
    shown.map((statistic): LineSeries => {
      const points = steps.flatMap(({ step, trial }): LinePoint[] => {
        const time = trial?.latencyMicros.response[statistic] ?? 0;
        return trial === undefined || time <= 0 ? [] : [{ x: step.rate, y: time, ...doubtsOf([trial]) }];
      });
      return {
        name: both ? `${name} ${statistic}` : name,
        identity: capacity.target,
        style: 'points',
        points: points.sort((a, b) => a.x - b.x),
      };
    }),
  );
  if (series.every(({ points }) => points.length < 2)) return [];
  return [
    {
      ...{ kind: 'lines', id: 'latency-rate', title: 'Response time against offered rate' },
      caption:
        `${both ? 'p99 and p50' : 'p99'} of each trial of the search. Arrivals are Poisson and do not wait for replies, so ` +
        'beyond what a server can do, its queue and these times grow for as long as the trial lasts.',
      x: RATE_AXIS,
      y: TIME_AXIS,
      series: series.filter(({ points }) => points.length > 0),
      rules: timeRules(objectives(result), ['response.p99', ...(both ? (['response.p50'] as const) : [])]),
      interactive: false,
    },
  ];
}

function profileCharts(result: Result, searches: readonly Search[]): LineChart[] {
  const profiled = searches.filter(({ capacity }) => capacity.profile.length > 1);
  if (profiled.length === 0) return [];
  const both = profiled.length <= MAX_WITH_BOTH;
  const shown = both ? (['p99', 'p50'] as const) : (['p99'] as const);
  const latency = profiled.flatMap(({ capacity, name }) =>
    shown.map(
      (statistic): LineSeries => ({
        name: both ? `${name} ${statistic}` : name,
        identity: capacity.target,
        points: profileOf(capacity).map((each) => ({ x: each.share, y: each[`${statistic}Micros`] || null })),
      }),
    ),
  );
  const cpu = profiled.map(
    ({ capacity, name }): LineSeries => ({
      ...{ name, identity: capacity.target },
      points: profileOf(capacity).map(({ share, cpuMicrosPerRequest }) => ({ x: share, y: cpuMicrosPerRequest })),
    }),
  );
  const hasCpu = cpu.some(({ points }) => points.some(({ y }) => y !== null));
  const common = { kind: 'lines', x: SHARE_AXIS, interactive: false } as const;
  return [
    {
      ...common,
      ...{ id: 'profile-latency', title: 'Response time below the capacity' },
      caption: 'Each point is one trial, at this share of the highest rate that was kept.',
      y: TIME_AXIS,
      series: latency,
      rules: timeRules(objectives(result), ['response.p99', ...(both ? (['response.p50'] as const) : [])]),
    },
    ...(hasCpu
      ? [
          {
            ...common,
            ...{ id: 'profile-cpu', title: 'CPU time for each request below the capacity' },
            caption:
              'A server that handles several requests each time it wakes up needs less for each when it is busy.',
            y: { name: 'CPU time', unit: 'micros', scale: 'linear' } as const,
            series: cpu,
          },
        ]
      : []),
  ];
}

function profileOf({ profile }: Capacity): Capacity['profile'] {
  return [...profile].sort((a, b) => a.share - b.share);
}
