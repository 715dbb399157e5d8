import type { Metric, MetricUnit } from '../../bench/model/metric.ts';
import type { Result } from '../../bench/model/result.ts';
import { jsonDocument } from '../text/json-document.ts';
import { plain } from '../text/plain.ts';
import type { Sample } from './sample.ts';
import { samplesOf, wordsOf } from './samples.ts';

/**
 * Renders for github-action-benchmark, `customSmallerIsBetter`: what is tracked and should be low. That tool takes one
 * direction for a whole file.
 * @see https://github.com/benchmark-action/github-action-benchmark
 */
export function renderSmallerIsBetter(result: Result): string {
  return entries(result, 'more');
}

/** Renders for github-action-benchmark, `customBiggerIsBetter`: throughput and capacity. */
export function renderBiggerIsBetter(result: Result): string {
  return entries(result, 'less');
}

/** The metrics that are worth a chart for each commit. Others are in csv, prometheus and otlp. */
export const trackedMetrics: readonly string[] = [
  ...['rate', 'bytes', 'capacity.kept', 'response.p50', 'response.p99', 'service.p50', 'service.p99'],
  ...['cpu', 'cpuPerGigabyte', 'memory', 'memoryPerConnection', 'errors'],
];

const UNITS = {
  micros: 'µs',
  count: 'count',
  share: 'share',
  bytes: 'bytes',
  perSecond: 'requests/s',
  bytesPerSecond: 'bytes/s',
} as const satisfies Record<MetricUnit, string>;

function entries(result: Result, worse: Metric['worse']): string {
  const samples = samplesOf(result).filter((each) => each.worse === worse && trackedMetrics.includes(each.name));
  return jsonDocument(samples.map((sample) => entry(sample, result)));
}

function entry(sample: Sample, { environment }: Result) {
  const { name, unit, per, value, low, high, labels } = sample;
  const range = low === null || high === null || low === high ? undefined : `${low} to ${high}`;
  return {
    name: plain(`${wordsOf(labels)}: ${name}`),
    unit: `${UNITS[unit]}${per === undefined ? '' : `/${per}`}`,
    value,
    ...(range !== undefined && { range }),
    extra: plain(`${environment.cpuModel}, ${environment.cpus} CPUs, sockbench ${environment.sockbench}`),
  };
}
