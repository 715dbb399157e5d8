import type { Metric, MetricUnit } from '../../bench/model/metric.ts';
import { metricSpellings } from '../../bench/model/metrics.ts';
import type { TransportName } from '../../servers/transport.ts';
import { formatMetric } from '../text/metric-units.ts';
import { formatNumber } from '../text/quantities.ts';

/** What is followed over time: one metric of one target at one operating point. */
export interface Subject {
  /** The command that measured it. */
  readonly command: string;
  readonly target: string;
  readonly app: string;
  readonly transport: string;
  readonly connections: number;
  /** The load, in words. */
  readonly load: string;
  /** Name of the metric, as users write it. */
  readonly metric: string;
  /** Its title in tables. */
  readonly title: string;
  readonly unit: MetricUnit | 'ratio';
  readonly per?: Metric['per'];
  readonly worse: Metric['worse'];
}

/** A value of a run. */
export interface Reading {
  /** Equal for readings of the same subject. */
  readonly key: string;
  readonly subject: Subject;
  readonly value: number;
  /** Why it may be wrong; null when nothing suggests that. */
  readonly doubt: string | null;
}

/** The highest rate that kept the objectives, of a search for capacities. */
export const CAPACITY = 'capacity';

/** Names that users may write for metrics of a history. */
export const historyMetrics: readonly string[] = [...metricSpellings, CAPACITY];

/** The metrics that `check` gates on, and capacities. `bytes` and `cpuPerGigabyte` are those of one-way loads. */
export const usualMetrics: readonly string[] = [
  ...['rate', 'bytes', 'response.p50', 'response.p99', 'cpu', 'cpuPerGigabyte'],
  CAPACITY,
];

/** Formats a value with its unit. */
export function formatReading({ unit, per }: Pick<Subject, 'unit' | 'per'>, value: number): string {
  if (unit === 'ratio') return formatNumber(value);
  return `${formatMetric(unit, value)}${per === undefined || per === 'request' ? '' : `/${per}`}`;
}

/** Which subjects a history is about; all where a part is undefined. */
export interface Selection {
  readonly targets?: readonly string[] | undefined;
  readonly apps?: readonly string[] | undefined;
  readonly transports?: readonly TransportName[] | undefined;
  readonly connections?: readonly number[] | undefined;
}

/** Joins the programs of a ratio. */
export const RATIO = ' ÷ ';

/** Returns the target, or the two programs of a ratio. */
export function programsOf({ target }: Subject): string[] {
  return target.split(RATIO);
}

/** Reports whether a subject is among those selected. */
export function isSelected(subject: Subject, { targets, apps, transports, connections }: Selection): boolean {
  const isAmong = <T>(value: T, wanted: readonly T[] | undefined) => wanted === undefined || wanted.includes(value);
  return (
    programsOf(subject).some((program) => isAmong(program, targets)) &&
    isAmong(subject.app, apps) &&
    isAmong<string>(subject.transport, transports) &&
    isAmong(subject.connections, connections)
  );
}
