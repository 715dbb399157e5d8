import { CHECK_SCHEMA } from '../../bench/model/check-result.ts';
import { latencyMetrics } from '../../bench/model/latency-metrics.ts';
import type { Metric } from '../../bench/model/metric.ts';
import { type MetricName, metricNames, metricOf } from '../../bench/model/metrics.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { workWords } from '../../bench/model/work-words.ts';
import { median } from '../../bench/stats/median.ts';
import { DEFAULT_APP } from '../../servers/apps/app-catalog.ts';
import type { Saved } from '../files/saved.ts';
import { aggregate } from '../tables/aggregate.ts';
import { formatPlural } from '../text/quantities.ts';
import { checkSamples } from './check-samples.ts';
import type { Labels, Sample } from './sample.ts';

/** All rounds of one target at one operating point. */
export interface Point {
  readonly labels: Labels;
  readonly trials: readonly Trial[];
}

/**
 * Returns all numbers of a result. Of trials: each metric over the rounds of a target at an operating point, as tables
 * show it. A metric is absent when it was not measured, or when its true value is not known in some round.
 */
export function samplesOf(saved: Saved): Sample[] {
  if (saved.schema === CHECK_SCHEMA) return checkSamples(saved);
  return [...capacitySamples(saved), ...metricSamples(saved), ...trialCounts(saved)];
}

/** Returns samples in groups of one metric each, in the order of their first one. */
export function groupedByName(samples: readonly Sample[]): [Sample, ...Sample[]][] {
  const groups = new Map<string, [Sample, ...Sample[]]>();
  for (const sample of samples) {
    const group = groups.get(sample.name);
    if (group) group.push(sample);
    else groups.set(sample.name, [sample]);
  }
  return [...groups.values()];
}

/** Returns the points of a result. None of a search for capacities, whose trials have many different rates. */
export function pointsOf(result: Result): Point[] {
  if (result.capacity) return [];
  return aggregate(result)
    .flatMap(({ aggregates }) => aggregates)
    .flatMap(({ trials }) => (trials[0] ? [{ labels: labelsOf(trials[0]), trials }] : []));
}

/** Labels of a trial's target and operating point. */
export function labelsOf(
  trial: Pick<Trial, 'target' | 'transport' | 'connections' | 'work' | 'cacheHit'> & Partial<Trial>,
): Labels {
  const { target, app, transport, connections, cpus, rate = null, stages = [] } = trial;
  const work = workWords(trial);
  return {
    ...{ target, ...(app !== undefined && { app }), transport, connections: `${connections}` },
    ...(work !== null && { work }),
    ...(cpus !== undefined && { cpus: `${cpus}` }),
    ...(rate !== null && stages.length === 0 && { rate: `${rate}` }),
  };
}

/** Writes labels in words: `epoll, tcp, 16 connections`; the app where it is not the default one. */
export function wordsOf({ connections, ...labels }: Labels): string {
  const { target = '', app, transport, rate, cpus, work, ...others } = labels;
  return [
    target,
    ...(app === undefined || app === DEFAULT_APP ? [] : [app]),
    ...(transport === undefined ? [] : [transport]),
    ...(work === undefined ? [] : [work]),
    ...(cpus === undefined ? [] : [formatPlural(Number(cpus), 'CPU')]),
    ...(connections === undefined ? [] : [formatPlural(Number(connections), 'connection')]),
    ...(rate === undefined ? [] : [`${rate} requests/s`]),
    ...Object.values(others),
  ].join(', ');
}

function metricSamples(result: Result): Sample[] {
  const points = pointsOf(result);
  return metricNames.flatMap((name) => {
    const metric = metricOf(name);
    return points.filter(isOfLoad(metric)).flatMap(({ labels, trials }): Sample[] => {
      const spread = overRounds(metric, trials);
      return spread === undefined ? [] : [{ name, ...described(name, metric), labels, ...spread }];
    });
  });
}

/** As in tables, an upload has bytes instead of requests, and all else requests instead of bytes. */
function isOfLoad({ load }: Metric): (point: Point) => boolean {
  const wanted = load === 'one-way';
  return ({ trials }) => load === undefined || trials.every(({ workload }) => isOneWay(workload) === wanted);
}

function described(name: MetricName, { title, summary, unit, per, worse, overRounds: combined }: Metric) {
  // The summary of a latency does not name the statistic.
  const text = Object.hasOwn(latencyMetrics, name) ? `${title}: ${summary}` : summary;
  return { summary: text, unit, ...(per !== undefined && { per }), worse, counts: combined === 'sum' };
}

function overRounds({ read, hidden, overRounds: combined }: Metric, trials: readonly Trial[]) {
  const values = trials.flatMap((trial) => read(trial) ?? []);
  if (values.length === 0 || trials.some((trial) => hidden?.(trial) !== undefined)) return undefined;
  if (combined === 'sum') return { value: values.reduce((sum, each) => sum + each, 0), low: null, high: null };
  return { value: median(values), low: Math.min(...values), high: Math.max(...values) };
}

/** How many trials of each point were valid, suspect, invalid or failed, so that alerts can ignore doubtful values. */
function trialCounts(result: Result): Sample[] {
  const counts = new Map<string, { readonly labels: Labels; value: number }>();
  const count = (labels: Labels) => {
    const key = JSON.stringify(labels);
    const known = counts.get(key) ?? { labels, value: 0 };
    counts.set(key, { labels, value: known.value + 1 });
  };
  for (const trial of result.capacity ? [] : result.trials) {
    count({ ...labelsOf(trial), verdict: trial.validity.verdict });
  }
  for (const failure of result.failures) count({ ...labelsOf(failure), verdict: 'failed' });
  const metric = { name: 'trials', summary: 'trials, by whether their numbers are valid', unit: 'count' } as const;
  return [...counts.values()].map(({ labels, value }) => ({
    ...{ ...metric, worse: null, counts: true, labels, value, low: null, high: null },
  }));
}

function capacitySamples({ capacity = [] }: Result): Sample[] {
  const metric = { unit: 'perSecond', worse: 'less', counts: false } as const;
  return capacity.flatMap((each): Sample[] => {
    const { confirmed, refuted } = each;
    const bound = { ...metric, labels: labelsOf(each), low: confirmed, high: refuted };
    return [
      ...(confirmed === null
        ? []
        : [{ ...bound, name: 'capacity.kept', summary: 'highest rate that kept the objectives', value: confirmed }]),
      ...(refuted === null
        ? []
        : [{ ...bound, name: 'capacity.missed', summary: 'lowest rate that did not keep them', value: refuted }]),
    ];
  });
}
