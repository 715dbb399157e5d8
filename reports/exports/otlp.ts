import { CHECK_SCHEMA } from '../../bench/model/check-result.ts';
import type { Environment } from '../../bench/model/result.ts';
import type { Saved } from '../files/saved.ts';
import { jsonDocument } from '../text/json-document.ts';
import { plain } from '../text/plain.ts';
import { inBaseUnit, snakeCase, ucumUnit } from './base-units.ts';
import { bucketBounds, type LatencyFamily, latencyFamilies } from './latency-buckets.ts';
import type { Labels, Sample } from './sample.ts';
import { groupedByName, samplesOf } from './samples.ts';

/** AGGREGATION_TEMPORALITY_DELTA of metrics.proto: numbers of this run alone. */
const DELTA = 1;

/**
 * Renders a result as an ExportMetricsServiceRequest of the OpenTelemetry protocol, version 1, in its JSON encoding:
 * numbers of 64 bits are strings, enumerations are numbers. Counts are sums, latencies histograms, all others gauges.
 * All points have the time of the whole run.
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function renderOtlp(saved: Saved): string {
  const { environment } = saved;
  const metrics = [
    ...groupedByName(samplesOf(saved)).map((samples) => metricOf(samples, saved)),
    ...(saved.schema === CHECK_SCHEMA ? [] : latencyFamilies(saved)).map((family) => histogramOf(family, saved)),
  ];
  const scope = { name: 'sockbench', version: environment.sockbench };
  const resource = { attributes: resourceAttributes(environment) };
  return jsonDocument({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] }, 0);
}

/** Names of OpenTelemetry's semantic conventions, where there are any. */
function resourceAttributes({ sockbench, arch, platform, kernel, node, cpuModel, cpus, memoryBytes }: Environment) {
  return attributes({
    'service.name': 'sockbench',
    'service.version': sockbench,
    'host.arch': arch === 'x64' ? 'amd64' : arch,
    'host.cpu.model.name': cpuModel,
    'os.type': platform,
    'os.version': kernel,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': node,
    'sockbench.host.cpus': cpus,
    'sockbench.host.memory': memoryBytes,
  });
}

function metricOf(samples: readonly [Sample, ...Sample[]], saved: Saved) {
  const [first] = samples;
  const dataPoints = samples.map((sample) => ({
    ...pointOf(sample.labels, saved),
    asDouble: inBaseUnit(sample, sample.value),
  }));
  const sum = { dataPoints, aggregationTemporality: DELTA, isMonotonic: true };
  return {
    ...{ name: nameOf(first.name), description: first.summary, unit: ucumUnit(first) },
    ...(first.counts ? { sum } : { gauge: { dataPoints } }),
  };
}

function histogramOf(family: LatencyFamily, saved: Saved) {
  const dataPoints = family.series.map(({ labels, count, counts, sumSeconds }) => ({
    ...pointOf(labels, saved),
    ...{ count: `${count}`, sum: sumSeconds, bucketCounts: counts.map(String), explicitBounds: bucketBounds },
  }));
  return {
    ...{ name: nameOf(family.name), description: family.summary, unit: ucumUnit(family) },
    histogram: { dataPoints, aggregationTemporality: DELTA },
  };
}

/** Without units, which OpenTelemetry stores apart: `sockbench.generator.schedule_lag.p99`. */
function nameOf(name: string): string {
  return `sockbench.${name.split('.').map(snakeCase).join('.')}`;
}

function pointOf(labels: Labels, { startedAt, finishedAt }: Saved) {
  return {
    attributes: attributes(labels),
    startTimeUnixNano: unixNanos(startedAt),
    timeUnixNano: unixNanos(finishedAt ?? startedAt),
  };
}

function attributes(named: Readonly<Record<string, string | number>>) {
  return Object.entries(named).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: `${value}` } : { stringValue: plain(value) },
  }));
}

function unixNanos(time: string): string {
  return `${BigInt(Date.parse(time)) * 1_000_000n}`;
}
