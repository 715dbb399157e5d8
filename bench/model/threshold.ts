import { failedRequests, requestsDue } from './failed-requests.ts';
import { isOneWay } from './operating-point.ts';
import type { ThresholdOutcome } from './result.ts';
import type { Trial } from './trial.ts';
import { parseAmount, parseDurationWithUnit, parseNames, parseSize } from './units.ts';

/** A bound that a trial must keep, such as `p99<5ms`. */
export interface Threshold {
  /** As it was written. */
  readonly text: string;
  readonly metric: string;
  readonly operator: Operator;
  /** In the metric's unit: microseconds, bytes, a count or a share. */
  readonly bound: number;
}

const operators = {
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
} as const;

type Operator = keyof typeof operators;

interface Metric {
  readonly unit: ThresholdOutcome['unit'];
  /** Null or undefined when the value is not known, or nothing was measured: a missing value must not pass. */
  readonly read: (trial: Trial) => number | null | undefined;
  /** Parses a bound. @throws {RangeError} */
  readonly parse: (text: string) => number;
}

const statistics = ['p50', 'p90', 'p95', 'p99', 'p999', 'max', 'mean'] as const;
const latencies = ['response', 'service', 'generatorLag', 'connect'] as const;
type LatencyMetric = (typeof latencies)[number];
const ends = [
  'sent',
  'completed',
  'timedOut',
  'corrupted',
  'dropped',
  'lost',
  'late',
  'duplicated',
  'reordered',
] as const;

const micros = { unit: 'micros', parse: (text: string) => parseDurationWithUnit(text) * 1000 } as const;
const counted = { unit: 'count', parse: parseNumber } as const;

/** Metrics by name. Response times are also available by their statistic alone. */
const metrics: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ...statistics.map((p): [string, Metric] => [p, { read: readLatency('response', p), ...micros }]),
  ...latencies.flatMap((name) =>
    statistics.map((p): [string, Metric] => [`${name}.${p}`, { read: readLatency(name, p), ...micros }]),
  ),
  ...ends.map((name): [string, Metric] => [name, { read: (trial) => trial.requests[name], ...counted }]),
  ...(['lost', 'timedOut'] as const).map((name): [string, Metric] => [
    name,
    { read: (trial) => (isLossKnown(trial) ? trial.requests[name] : null), ...counted },
  ]),
  ['errors', { read: (trial) => (isLossKnown(trial) ? failedRequests(trial) : null), ...counted }],
  ['errorRate', { read: readErrorRate, unit: 'share', parse: parseShare }],
  ['rate', { read: ({ throughput }) => throughput.requestsPerSecond, unit: 'perSecond', parse: parseNumber }],
  [
    'bytes',
    {
      read: ({ throughput }) => throughput.bytesPerSecond,
      unit: 'bytesPerSecond',
      parse: (text) => parseSize(text.replace(/\/s$/, '')),
    },
  ],
  ['cpu', { read: ({ server }) => server?.cpuMicrosPerRequest, ...micros }],
  ['memory', { read: ({ server }) => server?.peakPssBytes, unit: 'bytes', parse: parseSize }],
  ['fairness', { read: ({ fairness, throughput }) => (wentThrough(throughput) ? fairness.jain : null), ...counted }],
]);

/** Share of all requests above each statistic. The maximum and the mean need every request. */
const SHARE_ABOVE = { p50: 0.5, p90: 0.1, p95: 0.05, p99: 0.01, p999: 0.001, max: 0, mean: 0 } as const;

/** Reads a latency, if there is one. The percentiles of an empty histogram are 0, which would keep any bound. */
function readLatency(name: LatencyMetric, statistic: (typeof statistics)[number]): Metric['read'] {
  return (trial) => {
    const latency = trial.latencyMicros[name];
    if (!latency || latency.count === 0) return null;
    return name === 'response' && isHiddenByDrops(trial, statistic) ? null : latency[statistic];
  };
}

/**
 * Reports whether dropped requests hide a statistic of response time. A request that was never sent might have waited
 * longer than any that was. So when the dropped requests exceed the share of due requests above a percentile, that
 * percentile may be one of them.
 */
function isHiddenByDrops(trial: Pick<Trial, 'requests'>, statistic: (typeof statistics)[number]): boolean {
  return trial.requests.dropped > SHARE_ABOVE[statistic] * requestsDue(trial);
}

/** Reports whether a threshold bounds a response time that is not known because too many requests were never sent. */
export function isBoundHiddenByDrops({ metric }: Threshold, trial: Pick<Trial, 'requests'>): boolean {
  const bounded = latencyOf(metric);
  return bounded?.name === 'response' && isHiddenByDrops(trial, bounded.statistic);
}

function readErrorRate(trial: Trial): number | null {
  const due = requestsDue(trial);
  return isLossKnown(trial) && due > 0 ? failedRequests(trial) / due : null;
}

/**
 * Reports whether losses are known. One-way datagrams are lost when the server's socket drops them, which may not be
 * readable.
 */
function isLossKnown({ workload, transport, datagrams }: Trial): boolean {
  return !(isOneWay(workload) && transport === 'udp') || datagrams?.droppedByServer !== null;
}

function wentThrough({ requestsPerSecond, bytesPerSecond }: Trial['throughput']): boolean {
  return requestsPerSecond + bytesPerSecond > 0;
}

const plainMetrics = [...metrics.keys()].filter((name) => !/^(\w+\.)?(p\d+|max|mean)$/.test(name));

/**
 * Parses `p99<5ms`, `service.p99<=1ms`, `errors==0`, `errorRate<0.1%`, `rate>20000`, `cpu<5us` or `memory<64MiB`.
 * @throws {RangeError} for an unknown metric or a bound in another unit.
 */
export function parseThreshold(text: string): Threshold {
  const [, metric = '', operator = '', bound = ''] = /^\s*([\w.]+?)\s*(<=|>=|==|!=|<|>)\s*(\S.*?)\s*$/.exec(text) ?? [];
  if (metric === '') throw new RangeError(`'${text}' is not a threshold, such as p99<5ms or errors==0`);
  const known = metrics.get(metric);
  if (known === undefined) {
    throw new RangeError(
      `'${metric}' is not a metric; metrics are ${statistics.join(', ')}, the same of ${latencies.join(', ')} ` +
        `(service.p99), ${plainMetrics.join(', ')}`,
    );
  }
  return { text: text.trim(), metric, operator: operator as Operator, bound: known.parse(bound) };
}

/** Parses thresholds that are separated by commas. @throws {RangeError} for the first that is not valid. */
export function parseThresholds(text: string): Threshold[] {
  return parseNames(text).map(parseThreshold);
}

/** A latency metric. */
export interface BoundedLatency {
  readonly name: LatencyMetric;
  readonly statistic: (typeof statistics)[number];
}

/** Returns the latency and the statistic that a metric names; undefined when it is not a latency metric. */
export function latencyOf(metric: string): BoundedLatency | undefined {
  const [first = '', second] = metric.split('.');
  const name = second === undefined ? 'response' : latencies.find((known) => known === first);
  const statistic = statistics.find((known) => known === (second ?? first));
  return name === undefined || statistic === undefined ? undefined : { name, statistic };
}

/** Judges a trial by a threshold. A value that the trial does not have keeps no bound, and is observed as null. */
export function judgeThreshold({ text, metric, operator, bound }: Threshold, trial: Trial): ThresholdOutcome {
  const { read, unit } = metrics.get(metric) as Metric;
  const observed = read(trial) ?? null;
  return { text, round: trial.round, unit, observed, kept: observed !== null && operators[operator](observed, bound) };
}

function parseNumber(text: string): number {
  const amount = parseAmount(text);
  if (amount === undefined) throw new RangeError(`'${text}' is not a number`);
  return amount;
}

function parseShare(text: string): number {
  const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1];
  return percent === undefined ? parseNumber(text) : Number(percent) / 100;
}
