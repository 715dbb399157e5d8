import { changesOf, type History, type SeriesHistory } from '../history/history.ts';
import { runsTable, seriesTables } from '../history/history-tables.ts';
import { changeSentence, conclusion, historyNotes } from '../history/history-words.ts';
import { lineLegend } from '../history/series-line.ts';
import { paragraph } from '../text/paragraph.ts';
import { plain } from '../text/plain.ts';
import { formatPlural } from '../text/quantities.ts';
import type { Table } from '../text/table.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** Most runs, series and changes that are listed. */
const MAX_RUNS = 20;
const MAX_SERIES = 48;
const MAX_CHANGES = 20;

/** Renders a history as text for a terminal. @param skipped files that could not be read, each with the reason. */
export function renderHistory(
  history: History,
  skipped: readonly string[],
  { color, width, ascii = false }: RenderOptions,
): string {
  const paint = painter(color);
  const prose = (text: string) => paragraph(plain(text), width);
  const item = (text: string) => paragraph(plain(text), width, { first: '- ', columns: 2 });
  const titled = (table: Table) => [
    ...prose(table.title).map((line) => paint(line, 'bold')),
    drawTable(table, width, paint),
  ];
  const shown = shownSeries(history);
  const hidden = history.series.length - shown.length;
  const tables = shown.length === 0 ? [] : [runsTable(history, MAX_RUNS), ...seriesTables(shown, ascii)];
  const changes = changesOf(history);
  const more = changes.length - MAX_CHANGES;
  const blocks = [
    ...tables.map(titled),
    tables.length === 0 ? [] : prose(lineLegend(ascii)).map((line) => paint(line, 'dim')),
    hidden > 0
      ? prose(`${hidden} more series are not shown: choose with --target, --metric, --app, --transport and -c.`)
      : [],
    changes.slice(0, MAX_CHANGES).flatMap((change) => item(changeSentence(change, history.runs))),
    more > 0 ? item(`and ${formatPlural(more, 'more change')}: --format json has all`) : [],
    historyNotes(history, skipped).flatMap(prose),
    prose(conclusion(history)).map((line) => paint(line, 'bold')),
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** Returns all series or, when they are too many, those with changes, and the first others for which there is room. */
function shownSeries({ series }: History): readonly SeriesHistory[] {
  let room = MAX_SERIES - series.filter(({ changes }) => changes.length > 0).length;
  return series.filter(({ changes }) => changes.length > 0 || room-- > 0);
}
