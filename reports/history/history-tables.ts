import type { Field } from '../text/cells.ts';
import { formatPlural } from '../text/quantities.ts';
import { type Cell, cell, type Table } from '../text/table.ts';
import type { History, SeriesHistory } from './history.ts';
import type { HistoryRun } from './history-run.ts';
import { briefChange, startOf } from './history-words.ts';
import { formatReading } from './reading.ts';
import { seriesLine } from './series-line.ts';

/** Returns the list of runs, the newest last. @param most number of runs. */
export function runsTable({ runs }: History, most: number): Table {
  const hasCommits = runs.some(({ versions }) => versions.commit !== undefined);
  const commit: Field<[number, HistoryRun]> = {
    column: { title: 'commit', align: 'left' },
    cell: ([, { versions }]) => cell(versions.commit ?? ''),
  };
  const fields: Field<[number, HistoryRun]>[] = [
    { column: { title: 'run', align: 'right' }, cell: ([i]) => cell(String(i + 1)) },
    { column: { title: 'started (UTC)', align: 'left' }, cell: ([, run]) => cell(startOf(run)) },
    { column: { title: 'command', align: 'left' }, cell: ([, { command }]) => cell(command) },
    ...(hasCommits ? [commit] : []),
    { column: { title: 'sockbench', align: 'left' }, cell: ([, { versions }]) => cell(versions.sockbench ?? '') },
    { column: { title: 'saved in', align: 'left', shrinks: true }, cell: ([, run]) => nameCell(run) },
  ];
  const shown = [...runs.entries()].slice(-most);
  const left = runs.length - shown.length;
  return {
    title: formatPlural(runs.length, 'run'),
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: shown.map((run) => fields.map((field) => field.cell(run))) }],
    ...(left > 0 && { note: `and ${formatPlural(left, 'earlier run')}` }),
  };
}

function nameCell({ name, interrupted }: HistoryRun): Cell {
  return interrupted ? cell(`${name} (interrupted)`, 'warning') : cell(name);
}

/** Returns a table for each load, with a row for each series. @param ascii draws lines with ASCII characters only. */
export function seriesTables(series: readonly SeriesHistory[], ascii: boolean): Table[] {
  const fields = fieldsOf(ascii);
  const loads = [...new Set(series.map(loadOf))];
  return loads.map((load) => {
    const ofLoad = series.filter((each) => loadOf(each) === load);
    const levels = [...new Set(ofLoad.map(({ subject }) => subject.connections))].sort((a, b) => a - b);
    return {
      title: load,
      columns: fields.map(({ column }) => column),
      groups: levels.map((level) => ({
        label: formatPlural(level, 'connection'),
        rows: ofLoad
          .filter(({ subject }) => subject.connections === level)
          .map((each) => fields.map((field) => field.cell(each))),
      })),
    };
  });
}

/** Returns the command and the load of a series, in words. */
export function loadOf({ subject: { command, load } }: SeriesHistory): string {
  return `${command}, ${load}`;
}

function fieldsOf(ascii: boolean): Field<SeriesHistory>[] {
  return [
    { column: { title: 'target', align: 'left', shrinks: true }, cell: ({ subject }) => cell(subject.target) },
    { column: { title: 'metric', align: 'left' }, cell: ({ subject }) => cell(subject.title) },
    { column: { title: 'runs', align: 'right' }, cell: ({ points }) => cell(String(points.length)) },
    valueField('lowest', (values) => Math.min(...values)),
    valueField('highest', (values) => Math.max(...values)),
    valueField('last', (values) => values.at(-1) ?? Number.NaN),
    { column: { title: 'over time', align: 'left' }, cell: (each) => cell(seriesLine(each, ascii)) },
    { column: { title: 'last change', align: 'left' }, cell: changeCell },
  ];
}

function valueField(title: string, of: (values: readonly number[]) => number): Field<SeriesHistory> {
  return {
    column: { title, align: 'right', ...(title !== 'last' && { optional: true }) },
    cell: ({ subject, points }) => cell(formatReading(subject, of(points.map(({ value }) => value)))),
  };
}

function changeCell({ changes }: SeriesHistory): Cell {
  const last = changes.at(-1);
  if (last === undefined) return cell('');
  return cell(briefChange(last), last.direction === 'worse' ? 'bad' : 'plain');
}
