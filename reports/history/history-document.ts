import type { Axis, LineChart, LineSeries, Rule } from '../document/chart.ts';
import type { Block, ReportDocument, Section } from '../document/report-document.ts';
import { formatPlural } from '../text/quantities.ts';
import { changesOf, type History, type SeriesHistory } from './history.ts';
import { loadOf, runsTable } from './history-tables.ts';
import { briefChange, changeSentence, conclusion, historyNotes, startOf } from './history-words.ts';

/** Returns a history as a document: what changed, the runs, and a chart of each metric at each operating point. */
export function historyDocument(history: History, skipped: readonly string[]): ReportDocument {
  const { runs, series } = history;
  const changes = changesOf(history).map((change) => changeSentence(change, runs));
  const loads = [...new Set(series.map(loadOf))];
  const summary: Block[] = [
    { kind: 'paragraph', text: conclusion(history), tone: 'lead' },
    ...(changes.length === 0 ? [] : [{ kind: 'list', items: changes } as const]),
    { kind: 'list', items: historyNotes(history, skipped) },
  ];
  return {
    title: 'Saved runs over time',
    subtitle:
      runs.length === 0
        ? []
        : [`${formatPlural(runs.length, 'run')}, ${startOf(runs[0])} to ${startOf(runs.at(-1))} UTC`],
    identities: [...new Set(series.map(({ subject }) => subject.target))],
    sections: [
      { id: 'changes', title: 'What changed', blocks: summary },
      ...loads.map((load, i) => loadSection(load, i + 1, history)),
      { id: 'runs', title: 'Runs', blocks: [{ kind: 'table', table: runsTable(history, runs.length) }] },
    ],
  };
}

function loadSection(load: string, number: number, history: History): Section {
  const ofLoad = history.series.filter((each) => loadOf(each) === load);
  const panels = [...new Set(ofLoad.map(panelOf))];
  return {
    id: `load-${number}`,
    title: load,
    blocks: panels.map((panel, i) => ({
      kind: 'chart',
      chart: panelChart(
        `load-${number}-chart-${i + 1}`,
        panel,
        ofLoad.filter((each) => panelOf(each) === panel),
        history,
      ),
    })),
  };
}

/** Returns what all series of a chart have in common. */
function panelOf({ subject: { title, connections } }: SeriesHistory): string {
  return `${title}, ${formatPlural(connections, 'connection')}`;
}

/** Most runs in a chart: the last ones. More would make a large page, and no clearer chart. */
const MAX_DRAWN = 100;

const RUNS: Axis = { name: 'run', unit: 'number', scale: 'linear', includesZero: false };

/** @param series of one metric at one operating point, one for each target. */
function panelChart(id: string, title: string, series: readonly SeriesHistory[], { runs }: History): LineChart {
  const indexes = series.flatMap(({ points }) => points.map(({ run }) => run));
  const last = indexes.reduce((a, b) => Math.max(a, b), 0);
  const first = Math.max(
    last - MAX_DRAWN + 1,
    indexes.reduce((a, b) => Math.min(a, b), last),
  );
  const { unit = 'number', title: name = title } = series[0]?.subject ?? {};
  return {
    ...{ kind: 'lines', id, title, interactive: false, x: RUNS },
    caption:
      `Runs ${first + 1} (${startOf(runs[first])} UTC) to ${last + 1} (${startOf(runs[last])} UTC), in the order of time. ` +
      'Upright lines mark changes, and places where runs are not compared. The axis does not begin at 0.',
    y: { name, unit, scale: 'linear', includesZero: false },
    series: series.map((each) => lineOf(each, first)),
    rules: rulesOf(series).filter(({ at }) => at > first),
  };
}

/** @param first index of the first run to draw. */
function lineOf({ subject, points }: SeriesHistory, first: number): LineSeries {
  return {
    name: subject.target,
    style: 'line',
    points: points
      .filter(({ run }) => run >= first)
      .map(({ run, value, doubt }) => ({ x: run + 1, y: value, ...(doubt !== null && { doubt }) })),
  };
}

/** Returns a line between the runs of each change, and of each border once. */
function rulesOf(series: readonly SeriesHistory[]): Rule[] {
  const borders = new Map(series.flatMap((each) => each.borders.map((border) => [border.after, border] as const)));
  const name = ({ subject }: SeriesHistory) => (series.length === 1 ? '' : `${subject.target} `);
  return [
    ...[...borders.values()].map(
      ({ after, changed }): Rule => ({ axis: 'x', at: after + 0.5, label: changed.join(', '), tone: 'plain' }),
    ),
    ...series.flatMap((each) =>
      each.changes.map(
        (change): Rule => ({
          ...{ axis: 'x', at: change.after + 0.5, label: `${name(each)}${briefChange(change)}` },
          tone: change.direction === 'worse' ? 'bad' : change.direction === 'better' ? 'good' : 'plain',
        }),
      ),
    ),
  ];
}
