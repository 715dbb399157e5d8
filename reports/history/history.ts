import { changedConditions } from '../../bench/model/conditions.ts';
import { changePoints, MAX_SERIES, valuesNeeded } from '../../bench/stats/change-points.ts';
import { testableLevel } from '../../bench/stats/discrete-level.ts';
import { median } from '../../bench/stats/median.ts';
import { shift } from '../../bench/stats/shift.ts';
import type { HistoryRun } from './history-run.ts';
import type { Subject } from './reading.ts';
import { type Border, bordersOf, comparableParts, type Series, type SeriesPoint, seriesOf } from './series.ts';

/** Probability of any false change in a history, over all of its series together. */
export const HISTORY_ALPHA = 0.05;
/** Of the intervals of changes. */
const INTERVAL_ALPHA = 0.05;

/** A change of a series between two runs under equal conditions. */
export interface Change {
  /** Indexes of the last run before it and of the first one after it. */
  readonly before: number;
  readonly after: number;
  /** Number of runs from the change before, or the first, and up to the next change, or the last. */
  readonly runsBefore: number;
  readonly runsAfter: number;
  readonly medianBefore: number;
  readonly medianAfter: number;
  /**
   * Relative change, as a share, and its 95 % interval, whose ends are infinite when the runs are too few for one. Null
   * where a value is 0 or less.
   */
  readonly relative: { readonly change: number; readonly low: number; readonly high: number } | null;
  /** Adjusted for the number of series. */
  readonly p: number;
  readonly direction: 'worse' | 'better' | 'neither';
  /** Versions that differ between the two runs: `Node 20.19.0 → 20.20.2`. */
  readonly alsoChanged: readonly string[];
}

/** A series and what was found in it. */
export interface SeriesHistory extends Series {
  /** By time. */
  readonly changes: readonly Change[];
  readonly borders: readonly Border[];
  /** Number of points in the largest part with equal conditions. */
  readonly comparable: number;
}

/** All saved runs, and what changed over time. */
export interface History {
  /** Oldest first. */
  readonly runs: readonly HistoryRun[];
  readonly series: readonly SeriesHistory[];
  /** Number of tests that the level is divided by, and the level of each. */
  readonly tests: number;
  readonly level: number;
  /** Fewest comparable runs of a series in which a change can be found. */
  readonly runsNeeded: number;
  /** Whether early runs of some series were left out, because it was too long. */
  readonly shortened: boolean;
}

/**
 * Finds what changed over time. Runs under other conditions are never compared. The probability of any false change is
 * at most {@link HISTORY_ALPHA}: each test has its share of it.
 * @param runs ordered by time.
 */
export function historyOf(runs: readonly HistoryRun[]): History {
  const all = seriesOf(runs).map((series) => ({ series, parts: comparableParts(series.points, runs) }));
  const lengths = all.flatMap(({ parts }) => parts.map(({ length }) => Math.min(length, MAX_SERIES)));
  const { tests, level } = testableLevel(HISTORY_ALPHA, (at) => {
    const needed = valuesNeeded(at);
    return lengths.filter((length) => length >= needed).length;
  });
  return {
    runs,
    series: all.map(({ series, parts }) => ({
      ...series,
      changes: parts
        .flatMap((part) => changesIn(series.subject, part.slice(-MAX_SERIES), level, tests, runs))
        .sort((a, b) => a.after - b.after),
      borders: bordersOf(series.points, runs),
      comparable: Math.max(...parts.map(({ length }) => length)),
    })),
    ...{ tests, level, runsNeeded: valuesNeeded(level) },
    shortened: all.some(({ parts }) => parts.some(({ length }) => length > MAX_SERIES)),
  };
}

function changesIn(
  subject: Subject,
  points: readonly SeriesPoint[],
  level: number,
  tests: number,
  runs: readonly HistoryRun[],
): Change[] {
  const values = points.map(({ value }) => value);
  const found = changePoints(values, level);
  return found.map(({ index, p }, i) => {
    const early = values.slice(found[i - 1]?.index ?? 0, index);
    const late = values.slice(index, found[i + 1]?.index);
    const [before, after] = [points[index - 1]?.run ?? 0, points[index]?.run ?? 0];
    const [medianBefore, medianAfter] = [median(early), median(late)];
    const relative = relativeChange(early, late);
    const rises = relative === null ? medianAfter > medianBefore : relative.change > 0;
    return {
      ...{ before, after, runsBefore: early.length, runsAfter: late.length, medianBefore, medianAfter, relative },
      p: Math.min(1, p * tests),
      direction: subject.worse === null ? 'neither' : rises === (subject.worse === 'more') ? 'worse' : 'better',
      alsoChanged: changedConditions(runs[before]?.versions ?? {}, runs[after]?.versions ?? {}),
    };
  });
}

/** Returns the shift of the logarithms as a ratio less 1. */
function relativeChange(early: readonly number[], late: readonly number[]): Change['relative'] {
  if ([...early, ...late].some((value) => value <= 0)) return null;
  const { estimate, interval } = shift(early.map(Math.log), late.map(Math.log), INTERVAL_ALPHA);
  return { change: Math.expm1(estimate), low: Math.expm1(interval.low), high: Math.expm1(interval.high) };
}

/** A change, and the series that it is in. */
export interface LocatedChange {
  readonly series: SeriesHistory;
  readonly change: Change;
}

/** Returns all changes: those to the worse first, then those to the better, the largest first. */
export function changesOf({ series }: History): LocatedChange[] {
  const order = { worse: 0, better: 1, neither: 2 } as const;
  const size = ({ relative }: Change) => (relative === null ? Number.POSITIVE_INFINITY : Math.abs(relative.change));
  return series
    .flatMap((each) => each.changes.map((change) => ({ series: each, change })))
    .sort((a, b) => order[a.change.direction] - order[b.change.direction] || size(b.change) - size(a.change));
}

/**
 * Returns the changes to the worse that are the last of their series under its present conditions, and happened in one
 * of the last runs.
 * @param recent number of runs.
 */
export function recentRegressions(history: History, recent: number): LocatedChange[] {
  const first = history.runs.length - recent;
  return changesOf(history).filter(
    ({ series, change }) =>
      change.direction === 'worse' && change.after >= first && change === presentChanges(series, history).at(-1),
  );
}

/** Returns the changes under the conditions of the newest run of a series. */
function presentChanges({ points, changes }: SeriesHistory, { runs }: History): Change[] {
  const conditions = (run: number | undefined) => runs[run ?? -1]?.conditions ?? {};
  const present = conditions(points.at(-1)?.run);
  return changes.filter(({ after }) => changedConditions(conditions(after), present).length === 0);
}

/** Reports whether no series has enough comparable runs for a change to be found. */
export function isUndecided({ series, runsNeeded }: History): boolean {
  return series.every(({ comparable }) => comparable < runsNeeded);
}
