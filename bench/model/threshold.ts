import { failedRequests } from './failed-requests.ts';
import type { ThresholdOutcome } from './result.ts';
import type { Trial } from './trial.ts';
import { parseDuration, parseNames, parseSize } from './units.ts';

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
  readonly read: (trial: Trial) => number | null | undefined;
  /** Reads a bound. @throws {RangeError} */
  readonly parse: (text: string) => number;
}

const percentiles = ['p50', 'p90', 'p95', 'p99', 'p999', 'max', 'mean'] as const;
const latencies = ['response', 'service', 'generatorLag', 'connect'] as const;
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

const micros = { unit: 'micros', parse: (text: string) => parseDuration(text) * 1000 } as const;
const counted = { unit: 'count', parse: parseNumber } as const;

/** By name; response times go by their percentile alone, too. */
const metrics: ReadonlyMap<string, Metric> = new Map<string, Metric>([
  ...percentiles.map((p): [string, Metric] => [p, { read: (trial) => trial.latencyMicros.response[p], ...micros }]),
  ...latencies.flatMap((name) =>
    percentiles.map((p): [string, Metric] => [
      `${name}.${p}`,
      { read: (trial) => trial.latencyMicros[name]?.[p], ...micros },
    ]),
  ),
  ...ends.map((name): [string, Metric] => [name, { read: (trial) => trial.requests[name], ...counted }]),
  ['errors', { read: failedRequests, ...counted }],
  [
    'errorRate',
    { read: (trial) => failedRequests(trial) / Math.max(1, trial.requests.sent), unit: 'share', parse: parseShare },
  ],
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
  ['fairness', { read: ({ fairness }) => fairness.jain, ...counted }],
]);

const plainMetrics = [...metrics.keys()].filter((name) => !/^(\w+\.)?(p\d+|max|mean)$/.test(name));

/**
 * Reads `p99<5ms`, `service.p99<=1ms`, `errors==0`, `errorRate<0.1%`, `rate>20000`, `cpu<5us` or `memory<64MiB`.
 * @throws {RangeError} for an unknown metric or a bound in another unit.
 */
export function parseThreshold(text: string): Threshold {
  const [, metric = '', operator = '', bound = ''] = /^\s*([\w.]+?)\s*(<=|>=|==|!=|<|>)\s*(\S.*?)\s*$/.exec(text) ?? [];
  if (metric === '') throw new RangeError(`'${text}' is not a threshold, such as p99<5ms or errors==0`);
  const known = metrics.get(metric);
  if (known === undefined) {
    throw new RangeError(
      `'${metric}' is not a metric; there are ${percentiles.join(', ')}, the same of ${latencies.join(', ')} ` +
        `(service.p99), ${plainMetrics.join(', ')}`,
    );
  }
  return { text: text.trim(), metric, operator: operator as Operator, bound: known.parse(bound) };
}

/** Thresholds, separated by commas. @throws {RangeError} for the first that is none. */
export function parseThresholds(text: string): Threshold[] {
  return parseNames(text).map(parseThreshold);
}

/** Holds a trial against a threshold. What the trial doesn't know keeps no bound: silence must not pass. */
export function judgeThreshold({ text, metric, operator, bound }: Threshold, trial: Trial): ThresholdOutcome {
  const { read, unit } = metrics.get(metric) as Metric;
  const observed = read(trial) ?? null;
  return { text, round: trial.round, unit, observed, kept: observed !== null && operators[operator](observed, bound) };
}

function parseNumber(text: string): number {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text) ?? [];
  if (digits === undefined) throw new RangeError(`'${text}' is not a number`);
  return Number(digits) * { '': 1, k: 1e3, M: 1e6 }[unit as '' | 'k' | 'M'];
}

function parseShare(text: string): number {
  const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1];
  return percent === undefined ? parseNumber(text) : Number(percent) / 100;
}
