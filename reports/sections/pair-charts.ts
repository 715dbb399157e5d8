import { type MetricName, metricOf } from '../../bench/model/metrics.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import { shift } from '../../bench/stats/shift.ts';
import type { IntervalChart, IntervalRow, LineChart, LineSeries } from '../document/chart.ts';
import type { Aggregate } from '../tables/aggregate.ts';
import type { RowPair } from '../tables/pair.ts';
import type { PairedScenario } from '../tables/pairing.ts';
import { formatPlural } from '../text/quantities.ts';
import { TIME_AXIS } from './latency.ts';
import { doubtsOf, medianWords, roundsPoint, roundValues } from './rounds.ts';
import { CONNECTIONS_AXIS, slug, speedAxis, titled } from './scenarios.ts';
import { spectrumCaption, spectrumOf } from './spectrum.ts';

/** A scenario of two runs, with its name in titles (empty where there is one) and in ids. */
export interface NamedScenario extends PairedScenario {
  readonly name: string;
  readonly id: string;
}

/** Names of the two results, which are identities of the document. */
interface Names {
  readonly a: string;
  readonly b: string;
}

const INTERVAL_ALPHA = 0.05;
/** Most targets with a chart of their own. */
const MAX_TARGETS = 4;

function speedOf({ either }: PairedScenario): 'rate' | 'bytes' {
  return isOneWay(either.point?.workload ?? '') ? 'bytes' : 'rate';
}

/** Returns the changes from A to B of throughput and of p99, with their intervals. */
export function changeCharts(scenario: NamedScenario): IntervalChart[] {
  const speed = speedOf(scenario);
  const changed: readonly (readonly [MetricName, string, string])[] = [
    [speed, 'throughput', 'more is better'],
    ['response.p99', 'p99 of response times', 'less is better'],
  ];
  return changed.flatMap(([metric, what, better]): IntervalChart[] => {
    const ordered = [...scenario.rows].sort((x, y) => levelOf(x) - levelOf(y));
    const rows = ordered.flatMap((pair) => changeRow(pair, metric));
    if (rows.length === 0) return [];
    return [
      {
        ...{
          kind: 'intervals',
          id: `change-${slug(metric)}-${scenario.id}`,
          title: titled(`Change of ${what}`, scenario),
        },
        caption:
          `B relative to A; ${better}. Estimate of Hodges and Lehmann on logarithms, with the 95 % interval of the ` +
          'Mann-Whitney test where there are enough rounds. It contains how rounds scatter within each run, and not how ' +
          'two runs of the same server differ, which is often more.',
        x: { name: 'change from A to B', unit: 'share', scale: 'linear' },
        rows,
        rules: [{ axis: 'x', at: 0, label: 'the same', tone: 'plain' }],
      },
    ];
  });
}

/** Returns the change of one row; none where a run has no value. A rate that the generator limited has no change. */
function changeRow({ a, b }: RowPair, metric: MetricName): IntervalRow[] {
  if (a === undefined || b === undefined) return [];
  const [before, after] = [a, b].map((row) => roundValues(row, metric).filter((value) => value > 0)) as [
    number[],
    number[],
  ];
  if (before.length === 0 || after.length === 0) return [];
  const place = { name: a.target, group: formatPlural(a.connections, 'connection') };
  if (metricOf(metric).limitedByGenerator && (a.saturated || b.saturated)) {
    return [{ ...place, value: null, note: 'not known: the generator was at its limit' }];
  }
  const { estimate, interval } = shift(before.map(Math.log), after.map(Math.log), INTERVAL_ALPHA);
  const isBounded = Number.isFinite(interval.low) && Number.isFinite(interval.high);
  return [
    {
      ...{ ...place, value: Math.expm1(estimate) },
      ...(isBounded && { low: Math.expm1(interval.low), high: Math.expm1(interval.high) }),
      ...doubtsOf([...a.trials, ...b.trials]),
    },
  ];
}

/** Returns the curves of both runs over connections: a chart for each of the first few targets. */
export function curveCharts(scenarios: readonly NamedScenario[], names: Names, what: 'speed' | 'p99'): LineChart[] {
  return scenarios.flatMap((scenario) => {
    const metric = what === 'speed' ? speedOf(scenario) : 'response.p99';
    const title = what === 'speed' ? 'Throughput' : 'p99 of response times';
    return targetsOf(scenario).flatMap((target, i): LineChart[] => {
      const pairs = scenario.rows
        .filter(({ a, b }) => (a ?? b)?.target === target)
        .sort((x, y) => levelOf(x) - levelOf(y));
      if (new Set(pairs.map(levelOf)).size < 2) return [];
      const series = (['a', 'b'] as const).map(
        (side): LineSeries => ({
          name: names[side],
          points: pairs.flatMap(({ [side]: row }) => {
            const value = row?.values[metric] ?? 0;
            return row === undefined || value <= 0 ? [] : [roundsPoint(row.connections, row, metric)];
          }),
        }),
      );
      if (series.some(({ points }) => points.length === 0)) return [];
      return [
        {
          ...{ kind: 'lines', id: `${what}-${scenario.id}-${i + 1}`, title: titled(`${title} of ${target}`, scenario) },
          caption: medianWords(rowsOf(pairs)),
          x: CONNECTIONS_AXIS,
          y: what === 'speed' ? speedAxis({ speed: speedOf(scenario), rows: rowsOf(pairs) }, 'linear') : TIME_AXIS,
          series,
          interactive: false,
        },
      ];
    });
  });
}

/** Returns the percentiles of both runs at the highest level that both measured: a chart for each of the first targets. */
export function spectrumCharts(scenarios: readonly NamedScenario[], names: Names): LineChart[] {
  return scenarios.flatMap((scenario) =>
    targetsOf(scenario).flatMap((target, i): LineChart[] => {
      const highest = scenario.rows
        .filter(({ a, b }) => a?.target === target && b !== undefined)
        .sort((x, y) => levelOf(x) - levelOf(y))
        .at(-1);
      const series = (['a', 'b'] as const).flatMap(
        (side) => spectrumOf(names[side], names[side], highest?.[side]?.trials ?? [], 'response') ?? [],
      );
      if (highest === undefined || series.length < 2) return [];
      const level = formatPlural(levelOf(highest), 'connection');
      return [
        {
          ...{
            kind: 'lines',
            id: `spectrum-${scenario.id}-${i + 1}`,
            title: titled(`Response times of ${target} with ${level}`, scenario),
          },
          caption: spectrumCaption(
            'At each percentile, the time within which that share of all requests was answered.',
          ),
          x: { name: 'percentile', unit: 'percentile', scale: 'percentile' },
          y: TIME_AXIS,
          series,
          interactive: true,
        },
      ];
    }),
  );
}

/** Returns the targets of a scenario that have charts of their own. */
function targetsOf({ rows }: PairedScenario): string[] {
  const all = [...new Set(rows.flatMap(({ a, b }) => (a ?? b)?.target ?? []))];
  return all.length > MAX_TARGETS ? [] : all;
}

function levelOf({ a, b }: RowPair): number {
  return (a ?? b)?.connections ?? 0;
}

function rowsOf(pairs: readonly RowPair[]): Aggregate[] {
  return pairs.flatMap(({ a, b }) => [a, b].filter((row) => row !== undefined));
}
