import { latencyKinds, latencyMetrics, statistics } from './latency-metrics.ts';
import type { MetricUnit } from './metric.ts';
import { knownValue, type MetricName, metricNamed, metricNames, metricOf, metricSpellings } from './metrics.ts';
import { nearest } from './nearest.ts';
import type { ThresholdOutcome } from './result.ts';
import type { Trial } from './trial.ts';
import { parseAmount, parseDurationWithUnit, parseNames, parseSize } from './units.ts';

/** A bound that a trial must keep, such as `p99<5ms`. */
export interface Threshold {
  /** As it was written. */
  readonly text: string;
  readonly metric: MetricName;
  readonly operator: Operator;
  /** In the metric's unit. */
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

/** The metrics that a threshold may bound, for messages: latencies by kind, as there are seven of each. */
export const boundable = [
  `${Object.keys(statistics).join(', ')} of response times (p99), ${Object.keys(latencyKinds).join(', ')} (service.p99)`,
  ...metricNames.filter((name) => !Object.hasOwn(latencyMetrics, name)),
].join(', ');

/** Parses a bound in the unit of a metric. Each throws a RangeError. */
const PARSERS = {
  micros: (text) => parseDurationWithUnit(text) * 1000,
  count: parseNumber,
  share: parseShare,
  bytes: parseSize,
  perSecond: parseNumber,
  bytesPerSecond: (text) => parseSize(text.replace(/\/s$/, '')),
} as const satisfies Record<MetricUnit, (text: string) => number>;

/**
 * Parses `p99<5ms`, `service.p99<=1ms`, `errors==0`, `errorRate<0.1%`, `rate>20000`, `cpu<5us` or `memory<64MiB`.
 * @throws {RangeError} for an unknown metric or a bound in another unit.
 */
export function parseThreshold(text: string): Threshold {
  const [, name = '', operator = '', bound = ''] = /^\s*([\w.]+?)\s*(<=|>=|==|!=|<|>)\s*(\S.*?)\s*$/.exec(text) ?? [];
  if (name === '') throw new RangeError(`'${text}' is not a threshold, such as p99<5ms or errors==0`);
  const metric = metricNamed(name);
  if (metric === undefined) {
    const meant = nearest(name, metricSpellings);
    throw new RangeError(
      `'${name}' is not a metric; ${meant ? `did you mean '${meant}'?` : `metrics are ${boundable}`}`,
    );
  }
  const parse = PARSERS[metricOf(metric).unit];
  return { text: text.trim(), metric, operator: operator as Operator, bound: parse(bound) };
}

/** Parses thresholds that are separated by commas. @throws {RangeError} for the first that is not valid. */
export function parseThresholds(text: string): Threshold[] {
  return parseNames(text).map(parseThreshold);
}

/** Judges a trial by a threshold. A value that the trial does not have keeps no bound, and is observed as null. */
export function judgeThreshold({ text, metric, operator, bound }: Threshold, trial: Trial): ThresholdOutcome {
  const observed = knownValue(metric, trial);
  const kept = observed !== null && operators[operator](observed, bound);
  return { text, round: trial.round, unit: metricOf(metric).unit, observed, kept };
}

/** Reports whether a threshold bounds a response time that is not known because too many requests were never sent. */
export function isBoundHiddenByDrops({ metric }: Threshold, trial: Trial): boolean {
  return metricOf(metric).hidden?.(trial) === 'by drops';
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
