import { styleText } from 'node:util';
import type { Result } from '../../bench/model/result.ts';
import { type Summary, summarize } from '../tables/summary.ts';
import { alignColumns, cut, textWidth } from '../text/column-layout.ts';
import type { FailureReport } from '../text/failures.ts';
import { type Indent, paragraph } from '../text/paragraph.ts';
import { plain } from '../text/plain.ts';
import { drawPlot } from '../text/plot.ts';
import { drawOverTime } from '../text/sparkline.ts';
import type { Row, Table, Tone } from '../text/table.ts';
import type { RenderOptions } from './renderer.ts';

type Style = Parameters<typeof styleText>[0];

const TONES: Readonly<Record<Tone, Style | undefined>> = {
  plain: undefined,
  faint: 'dim',
  warning: 'yellow',
  bad: 'red',
};

/** Spaces between columns: usually two, on a narrow terminal one. */
const MIN_GAP = 1;
const GAPS = [2, MIN_GAP];
/** Least width of a column that shrinks or wraps. */
const MIN_WIDTH = 10;

/** Renders a whole result as text for a terminal. */
export function renderTerminal(result: Result, options: RenderOptions): string {
  return drawSummary(summarize(result), options);
}

/** Draws heading, tables, plots, footnotes, failures and conclusions. */
export function drawSummary(summary: Summary, { color, width, ascii }: RenderOptions): string {
  const paint = painter(color);
  const { heading, tables, plots, overTime, details, footnotes, failures, statements } = summary;
  const prose = (text: string, indent?: Indent) => paragraph(plain(text), width, indent);
  const bold = (title: string) => prose(title).map((row) => paint(row, 'bold'));
  const titled = (table: Table) => [...bold(table.title), drawTable(table, width, paint)];
  const blocks = [
    heading.flatMap((line) => prose(line).map((row) => paint(row, 'dim'))),
    ...tables.map(titled),
    ...plots.map((plot) => [...bold(plot.title), ...drawPlot(plot, width, ascii)]),
    ...(overTime ? [[...bold(overTime.title), ...drawOverTime(overTime, ascii)]] : []),
    ...details.map(titled),
    ...(tables.length === 0 ? [['Nothing was measured.']] : []),
    footnotes.flatMap((note, i) => prose(note, { first: `${i + 1}. `.padStart(4), columns: 4 })),
    failures.length > 0
      ? [paint('Failed:', ['bold', 'red']), ...failures.flatMap((failure) => drawFailure(failure, prose))]
      : [],
    statements.flatMap((statement) => prose(statement)),
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}

export type Paint = (text: string, style: Style | undefined) => string;

/** The caller decides about colours, not this process's streams: the output may go elsewhere. */
export function painter(color: boolean): Paint {
  return (text, style) => (color && style && text ? styleText(style, text, { validateStream: false }) : text);
}

function drawFailure(
  { where, message, stderr }: FailureReport,
  prose: (text: string, indent: Indent) => string[],
): string[] {
  return [
    ...prose(`${where}: ${message}`, { first: '  ', columns: 4 }),
    ...stderr.flatMap((line) => prose(line, { first: '    | ', columns: 6 })),
  ];
}

/** Draws a table as text, at most `width` wide as long as it has columns that can be left out, shrink or wrap. */
export function drawTable(table: Table, width: number, paint: Paint): string {
  const widths = widthsOf(table);
  const total = (gap: number) => widths.reduce((sum, each) => sum + each, gap * (widths.length - 1));
  const gap = GAPS.find((blanks) => total(blanks) <= width);
  if (gap !== undefined) return layOut(table, widths, gap, paint);
  if (table.columns.some(({ optional }) => optional)) return drawTable(withoutOptional(table), width, paint);
  const shrinking = table.columns.findIndex(({ shrinks, wraps }) => shrinks || wraps);
  const excess = total(MIN_GAP) - width;
  const fitted = widths.map((full, i) => (i === shrinking ? Math.max(MIN_WIDTH, full - excess) : full));
  return layOut(table, fitted, MIN_GAP, paint);
}

/** Returns the width of each column when nothing is cut. */
function widthsOf({ columns, groups }: Table): number[] {
  const rows = groups.flatMap(({ rows }) => rows);
  return columns.map(({ title, unit = '' }, i) =>
    Math.max(textWidth(title), textWidth(unit), ...rows.map((row) => textWidth(plain(row[i]?.text ?? '')))),
  );
}

function layOut({ columns, groups, note }: Table, widths: readonly number[], gap: number, paint: Paint): string {
  const line = (texts: readonly string[], styleOf: (i: number) => Style | undefined) =>
    texts.map((text, i) => paint(cut(text, widths[i] ?? 0), styleOf(i)));
  const titles = columns.map(({ title }) => title);
  const units = columns.map(({ unit = '' }) => unit);
  const drawRow = (row: Row) => {
    const cells = row.map(({ text }, i) =>
      columns[i]?.wraps ? paragraph(plain(text), widths[i] ?? 0) : [plain(text)],
    );
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from({ length: height }, (_, k) =>
      line(
        cells.map((lines) => lines[k] ?? ''),
        (i) => TONES[row[i]?.tone ?? 'plain'],
      ),
    );
  };
  const head = [
    line(titles, () => 'bold'),
    ...(columns.some(({ unit }) => unit !== undefined) ? [line(units, () => 'dim')] : []),
  ];
  const drawn = groups.map(({ label, rows }) => ({ label, rows: rows.flatMap(drawRow) }));
  const lines = alignColumns([...head, ...drawn.flatMap(({ rows }) => rows)], columns, gap);
  return [
    ...lines.splice(0, head.length),
    ...drawn.flatMap(({ label, rows }) => [
      ...(label === null ? [] : ['', paint(plain(label), 'bold')]),
      ...lines.splice(0, rows.length),
    ]),
    ...(note === undefined ? [] : ['', paint(note, 'dim')]),
  ].join('\n');
}

function withoutOptional({ columns, groups, ...rest }: Table): Table {
  const kept = <T>(items: readonly T[]) => items.filter((_, i) => !columns[i]?.optional);
  return {
    ...rest,
    columns: kept(columns),
    groups: groups.map(({ label, rows }) => ({ label, rows: rows.map(kept) })),
  };
}
