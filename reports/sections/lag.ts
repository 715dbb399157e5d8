import { type LatencyKindName, latencyKinds, type Statistic, statistics } from '../../bench/model/latency-metrics.ts';
import type { MetricName } from '../../bench/model/metrics.ts';
import type { IntervalChart, LineChart } from '../document/chart.ts';
import type { Block, Section } from '../document/report-document.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import { latencyTable } from '../tables/details/latencies.ts';
import { numberCell, numberColumn } from '../text/cells.ts';
import { formatPlural, timeUnit } from '../text/quantities.ts';
import { cell, type Table } from '../text/table.ts';
import { chartBlock, paragraphBlock, section, tableBlock } from './blocks.ts';
import { TIME_AXIS } from './latency.ts';
import { doubtsOf, medianWords, roundSamples, roundsInterval } from './rounds.ts';
import { highestLevel, type MeasuredScenario, rowsAt, titled } from './scenarios.ts';
import { spectrumCaption, spectrumOf } from './spectrum.ts';

/** Most targets with a row for each kind of latency in one chart. */
const MAX_CHARTED = 6;

const KINDS = ['response', 'service', 'generator.lag'] as const satisfies readonly LatencyKindName[];
/** Titles of columns. */
const SHORT = { response: 'response', service: 'service', 'generator.lag': 'lag' } as const;
const SHOWN = ['p50', 'p99', 'p999'] as const satisfies readonly Statistic[];
/** The same for many targets. */
const SHOWN_OF_MANY = ['p50', 'p99'] as const satisfies readonly Statistic[];

const MEANING =
  'Response time is from when a request was due until its reply was handled. Service time is what the server and the ' +
  'kernels took, from when the request was sent until the kernel received its reply. The generator lag is what the ' +
  'load itself added by sending and reading late: where it is a large part, judge the server by its service time. ' +
  'Percentiles of parts do not add up to those of the whole.';

/** Returns what the server did and what the load added: for each scenario, all targets at its highest level. */
export function lagSection(scenarios: readonly MeasuredScenario[]): Section[] {
  const blocks = scenarios.flatMap((scenario): Block[] => {
    const rows = rowsAt(scenario, highestLevel(scenario))
      .filter(isStamped)
      .sort((a, b) => (a.values['response.p99'] ?? 0) - (b.values['response.p99'] ?? 0));
    const [row, ...others] = rows;
    if (row === undefined) return [];
    if (others.length === 0) return oneTarget(scenario, row);
    return [
      ...(rows.length > MAX_CHARTED ? [] : [chartBlock(kindsChart(scenario, rows))]),
      ...tableBlock(kindsTable(scenario, rows)),
    ];
  });
  return section(
    'lag',
    'What the server did, and what the load added',
    blocks.length === 0 ? [] : [...paragraphBlock(MEANING), ...blocks],
  );
}

/** Reports whether the kernel recorded when replies arrived, so that the parts of a response time are known. */
function isStamped({ values }: Aggregate): boolean {
  return values['service.p50'] !== null || values['generator.lag.p50'] !== null;
}

function oneTarget(scenario: MeasuredScenario, { target, trials }: Aggregate): Block[] {
  const names = Object.keys(latencyKinds) as LatencyKindName[];
  const series = names.flatMap(
    (kind) => spectrumOf(latencyKinds[kind].title, latencyKinds[kind].title, trials, kind) ?? [],
  );
  const chart: LineChart = {
    ...{ kind: 'lines', id: `lag-${scenario.id}`, title: titled(`Parts of the response time of ${target}`, scenario) },
    caption: spectrumCaption('Each part at its own percentiles.'),
    x: { name: 'percentile', unit: 'percentile', scale: 'percentile' },
    y: { ...TIME_AXIS, name: 'time' },
    series,
    interactive: true,
  };
  const table = latencyTable(trials);
  return [...(series.length === 0 ? [] : [chartBlock(chart)]), ...(table === null ? [] : tableBlock(table))];
}

function kindsChart(scenario: MeasuredScenario, rows: readonly Aggregate[]): IntervalChart {
  const level = formatPlural(highestLevel(scenario), 'connection');
  return {
    ...{ kind: 'intervals', id: `lag-${scenario.id}`, title: titled(`Parts of p99 with ${level}`, scenario) },
    caption: `p99 of each part. ${medianWords(rows)}`,
    x: { ...TIME_AXIS, name: 'time' },
    rows: rows.flatMap((row) =>
      KINDS.flatMap((kind) => {
        const metric: MetricName = `${kind}.p99`;
        const value = row.values[metric];
        if (value === null || value <= 0) return [];
        return [
          {
            name: latencyKinds[kind].title,
            ...{ identity: row.target, group: row.target, value },
            ...roundsInterval(row, metric),
            ...roundSamples(row, metric),
            ...(kind === 'generator.lag' && { tone: 'faint' as const }),
            ...doubtsOf(row.trials),
          },
        ];
      }),
    ),
  };
}

function kindsTable(scenario: MeasuredScenario, rows: readonly Aggregate[]): Table {
  const shown = rows.length > MAX_CHARTED ? SHOWN_OF_MANY : SHOWN;
  const fields = KINDS.flatMap((kind) =>
    shown.map((statistic) => {
      const metric: MetricName = `${kind}.${statistic}`;
      const unit = timeUnit(rows.flatMap(({ values }) => values[metric] ?? []));
      return {
        column: numberColumn(`${SHORT[kind]} ${statistics[statistic].title}`, unit.name),
        cell: ({ values }: Aggregate) => numberCell(values[metric], unit),
      };
    }),
  );
  const level = formatPlural(highestLevel(scenario), 'connection');
  return {
    title: titled(`Parts of response times with ${level}, medians of the rounds`, scenario),
    columns: [{ title: 'model', align: 'left', shrinks: true }, ...fields.map(({ column }) => column)],
    groups: [{ label: null, rows: rows.map((row) => [cell(row.target), ...fields.map((field) => field.cell(row))]) }],
  };
}
