import { isOneWay } from '../../../bench/model/operating-point.ts';
import type { TimelinePoint, Trial } from '../../../bench/model/trial.ts';
import { type Field, numberCell, numberColumn } from '../../text/cells.ts';
import { byteRateUnit, formatCount, formatPlural, timeUnit } from '../../text/quantities.ts';
import { cell, type Table } from '../../text/table.ts';

/** Largest number of rows. */
const MAX_ROWS = 30;
/** Fewest intervals for which a steady load has a timeline. */
const MIN_POINTS = 3;

/**
 * Returns the points of a load over time, when it changed as planned or lasted for a while; none otherwise. There are
 * none for several rounds: no round represents the others, and means of percentiles are meaningless.
 */
export function timelineOf(trials: readonly Trial[]): readonly TimelinePoint[] {
  const [trial, ...others] = trials;
  const points = trial?.timeline ?? [];
  const changes = (trial?.stages.length ?? 0) > 0;
  return others.length > 0 || points.length < (changes ? 1 : MIN_POINTS) ? [] : points;
}

/** Returns the load over time as a table; null where it has no timeline. */
export function timelineTable(trials: readonly Trial[]): Table | null {
  const [trial] = trials;
  const points = timelineOf(trials);
  if (trial === undefined || points.length === 0) return null;
  const each = Math.ceil(points.length / MAX_ROWS);
  const rows = mergePoints(points, each);
  const fields = fieldsOf(rows, trial.workload);
  return {
    title: each === 1 ? 'Timeline' : `Timeline: mean rate and worst latencies of each ${formatPlural(each, 'second')}`,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: rows.map((point) => fields.map((field) => field.cell(point))) }],
  };
}

/**
 * Merges each group of neighbours: rates are averaged over time, errors are added, and the worst of each percentile is
 * kept.
 * @param each number of points in a group.
 */
export function mergePoints(points: readonly TimelinePoint[], each: number): TimelinePoint[] {
  const groups = Array.from({ length: Math.ceil(points.length / each) }, (_, i) =>
    points.slice(i * each, (i + 1) * each),
  );
  return groups.map((group, i) => joined(group, points[i * each - 1]?.second ?? 0));
}

/** @param begin start of the first point. */
function joined(points: readonly TimelinePoint[], begin: number): TimelinePoint {
  const end = points.at(-1)?.second ?? begin;
  const mean = (rate: (point: TimelinePoint) => number) =>
    points.reduce((sum, point, i) => sum + rate(point) * (point.second - (points[i - 1]?.second ?? begin)), 0) /
    (end - begin);
  const worst = (time: (point: TimelinePoint) => number) => Math.max(...points.map(time));
  return {
    second: end,
    requestsPerSecond: mean((point) => point.requestsPerSecond),
    ...(points.every(({ bytesPerSecond }) => bytesPerSecond !== undefined) && {
      bytesPerSecond: mean((point) => point.bytesPerSecond ?? 0),
    }),
    p50: worst(({ p50 }) => p50),
    p99: worst(({ p99 }) => p99),
    errors: points.reduce((sum, { errors }) => sum + errors, 0),
    ...(points.some(({ generatorLagP99 }) => generatorLagP99 !== undefined) && {
      generatorLagP99: worst(({ generatorLagP99 }) => generatorLagP99 ?? 0),
    }),
  };
}

function fieldsOf(points: readonly TimelinePoint[], workload: string): Field<TimelinePoint>[] {
  const oneWay = isOneWay(workload);
  const requests = workload === 'broadcast' ? 'lines/s' : 'req/s';
  const bytes = byteRateUnit(points.flatMap(({ bytesPerSecond }) => bytesPerSecond ?? []));
  const lags = points.flatMap(({ generatorLagP99 }) => generatorLagP99 ?? []);
  return [
    { column: numberColumn('until', 's'), cell: ({ second }) => cell(String(Math.round(second * 10) / 10)) },
    oneWay
      ? { column: numberColumn('throughput', bytes.name), cell: (point) => numberCell(point.bytesPerSecond, bytes) }
      : { column: numberColumn(requests), cell: ({ requestsPerSecond }) => cell(formatCount(requestsPerSecond)) },
    ...(oneWay ? [] : [timeField('p50', points, ({ p50 }) => p50), timeField('p99', points, ({ p99 }) => p99)]),
    {
      column: numberColumn('errors'),
      cell: ({ errors }) => cell(formatCount(errors), errors > 0 ? 'bad' : 'plain'),
    },
    ...(lags.length > 0 ? [timeField('lag p99', points, ({ generatorLagP99 }) => generatorLagP99 ?? 0)] : []),
  ];
}

/** A latency of zero means that there was none. */
function timeField(
  title: string,
  points: readonly TimelinePoint[],
  timeOf: (point: TimelinePoint) => number,
): Field<TimelinePoint> {
  const unit = timeUnit(points.map(timeOf).filter((time) => time > 0));
  return { column: numberColumn(title, unit.name), cell: (point) => numberCell(timeOf(point) || null, unit) };
}
