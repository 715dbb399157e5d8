import { formatPlural, formatShare } from '../text/quantities.ts';
import { type Change, type History, isUndecided, type LocatedChange, type SeriesHistory } from './history.ts';
import type { HistoryRun } from './history-run.ts';
import { formatReading, type Subject } from './reading.ts';

/** Longest list of borders. */
const MAX_BORDERS = 10;

/** Returns the date of a run, or its time when the other run is of the same day. Both are in UTC. */
function when(run: HistoryRun | undefined, other: HistoryRun | undefined): string {
  const [at = '', than = ''] = [run?.startedAt, other?.startedAt];
  const day = at.slice(0, 'yyyy-mm-dd'.length);
  return than.startsWith(day) ? at.slice(0, 'yyyy-mm-ddThh:mm:ss'.length).replace('T', ' ') : day;
}

/** Returns when a run started, to the minute. */
export function startOf(run: HistoryRun | undefined): string {
  return (run?.startedAt ?? '').slice(0, 'yyyy-mm-ddThh:mm'.length).replace('T', ' ');
}

/** Names a subject in full: `async, p99 (bench, 16 connections; TCP: echo, request-response, 64 B)`. */
function subjectWords({ command, target, title, connections, load }: Subject): string {
  return `${target}, ${title} (${command}, ${formatPlural(connections, 'connection')}; ${load})`;
}

/** Returns a change in a sentence. */
export function changeSentence({ series, change }: LocatedChange, runs: readonly HistoryRun[]): string {
  const [before, after] = [runs[change.before], runs[change.after]];
  const levels = `${formatReading(series.subject, change.medianBefore)} → ${formatReading(series.subject, change.medianAfter)}`;
  const also = change.alsoChanged.length === 0 ? '' : ` Also changed then: ${change.alsoChanged.join(', ')}.`;
  return (
    `${subjectWords(series.subject)} ${changeWords(change)} between ${when(before, after)} and ${when(after, before)} ` +
    `(runs ${change.before + 1} and ${change.after + 1}): ${levels}, medians of ${change.runsBefore} runs before and ` +
    `${change.runsAfter} after, ${probability(change.p)}.${also}`
  );
}

/** Returns by how much a series changed: `fell by 12 % (9.1 % to 15 %)`. */
function changeWords({ relative, medianBefore, medianAfter }: Change): string {
  if (relative === null) return medianAfter > medianBefore ? 'rose' : 'fell';
  const { change, low, high } = relative;
  const verb = change > 0 ? 'rose' : 'fell';
  const [least, most] = change > 0 ? [low, high] : [-high, -low];
  // The interval of a fall ends at 100 %.
  const isKnown = Number.isFinite(high) && low > -1;
  const range = isKnown ? `${formatShare(least)} to ${formatShare(most)}` : 'too few runs for an interval';
  return `${verb} by ${formatShare(Math.abs(change))} (${range})`;
}

function probability(p: number): string {
  return p < 0.0001 ? 'p < 0.0001' : `p = ${Number(p.toPrecision(2))}`;
}

/** Returns a change in a few characters: `−12 % at run 18`. */
export function briefChange({ relative, after, medianBefore, medianAfter }: Change): string {
  const rose = relative === null ? medianAfter > medianBefore : relative.change > 0;
  const size = relative === null ? (rose ? 'up' : 'down') : formatShare(Math.abs(relative.change));
  const sign = relative === null ? '' : rose ? '+' : '−';
  return `${sign}${size} at run ${after + 1}`;
}

/** Returns a sentence about what was found, or why nothing was. */
export function conclusion(history: History): string {
  const { series, runsNeeded, runs } = history;
  if (runs.length === 0)
    return 'No saved run here measured this: measure with `sockbench bench`, or name the folder given to --out-dir.';
  const short = series.filter(({ comparable }) => comparable < runsNeeded);
  if (short.length === series.length) {
    const most = Math.max(...series.map(({ comparable }) => comparable));
    return `Too few runs to find a change: the longest series has ${formatPlural(most, 'comparable run')}, and ${runsNeeded} are needed.`;
  }
  const count = series.reduce((sum, { changes }) => sum + changes.length, 0);
  const found = count === 0 ? 'No change was found' : `${formatPlural(count, 'change')} found`;
  const few =
    short.length === 0 ? '' : `, ${short.length} of them with fewer than the ${runsNeeded} comparable runs needed`;
  return `${found} in ${series.length} series${few}.`;
}

/** Returns what to know when reading a history. */
export function historyNotes(history: History, skipped: readonly string[]): string[] {
  const { series, runs, shortened } = history;
  const doubtful = series.filter(({ points }) => points.some(({ doubt }) => doubt !== null)).length;
  return [
    ...borderLines(series, runs),
    ...(doubtful > 0
      ? [`${doubtful} of ${series.length} series have suspect runs: \`sockbench report\` of a run gives the reasons.`]
      : []),
    ...(shortened ? ['Of longer series, only the last 500 comparable runs were searched.'] : []),
    ...(isUndecided(history) ? [] : [methodNote(history)]),
    ...skipped.map((reason) => `Skipped: ${reason}`),
  ];
}

function methodNote({ tests }: History): string {
  const searched = tests === 1 ? 'the series that is long enough' : `the ${tests} series that are long enough`;
  return (
    `Changes are found by E-divisive with a permutation test; the probability of any false one in ${searched} is 5 %. ` +
    'Percentages are Hodges and Lehmann’s estimates, with 95 % intervals.'
  );
}

/** Names each pair of successive runs that are not compared, and why. */
function borderLines(series: readonly SeriesHistory[], runs: readonly HistoryRun[]): string[] {
  const lines = new Map<string, number>();
  for (const { borders } of series) {
    for (const { before, after, changed } of borders) {
      const what = `runs ${before + 1} and ${after + 1} (${when(runs[after], runs[before])}): ${changed.join(', ')}`;
      lines.set(`Not compared, as conditions differ: ${what}.`, after);
    }
  }
  const ordered = [...lines].sort(([, a], [, b]) => a - b).map(([line]) => line);
  const more = ordered.length - MAX_BORDERS;
  return more <= 0 ? ordered : [`${more} earlier places where conditions differ.`, ...ordered.slice(-MAX_BORDERS)];
}
