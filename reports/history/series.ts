import { changedConditions } from '../../bench/model/conditions.ts';
import type { HistoryRun } from './history-run.ts';
import type { Subject } from './reading.ts';

/** A value of a subject in one run. */
export interface SeriesPoint {
  /** Index of the run. */
  readonly run: number;
  readonly value: number;
  readonly doubt: string | null;
}

/** All values of a subject, oldest first. */
export interface Series {
  readonly subject: Subject;
  readonly points: readonly SeriesPoint[];
}

/** Returns the series of runs that are ordered by time, in the order in which their subjects appear. */
export function seriesOf(runs: readonly HistoryRun[]): Series[] {
  const series = new Map<string, { subject: Subject; points: SeriesPoint[] }>();
  for (const [run, { readings }] of runs.entries()) {
    for (const { key, subject, value, doubt } of readings) {
      const point = { run, value, doubt };
      const known = series.get(key);
      if (known === undefined) series.set(key, { subject, points: [point] });
      else known.points.push(point);
    }
  }
  return [...series.values()];
}

/** Groups points of runs under equal conditions, which alone are comparable; each group is ordered by time. */
export function comparableParts(points: readonly SeriesPoint[], runs: readonly HistoryRun[]): SeriesPoint[][] {
  const parts = new Map<string, SeriesPoint[]>();
  for (const point of points) {
    const key = conditionsKey(runs, point);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [point]);
    else part.push(point);
  }
  return [...parts.values()];
}

/** Two successive runs of a series that are not comparable. */
export interface Border {
  /** Indexes of the runs on either side. */
  readonly before: number;
  readonly after: number;
  /** What changed, such as `kernel 6.1 → 6.8`. */
  readonly changed: readonly string[];
}

/** Returns the places between successive points whose runs had other conditions. */
export function bordersOf(points: readonly SeriesPoint[], runs: readonly HistoryRun[]): Border[] {
  return points.slice(1).flatMap((point, i) => {
    const [before, after] = [points[i] as SeriesPoint, point].map(({ run }) => run) as [number, number];
    const [from, to] = [runs[before]?.conditions ?? {}, runs[after]?.conditions ?? {}];
    const changed = changedConditions(from, to);
    return changed.length === 0 ? [] : [{ before, after, changed }];
  });
}

function conditionsKey(runs: readonly HistoryRun[], { run }: SeriesPoint): string {
  return JSON.stringify(Object.entries(runs[run]?.conditions ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
}
