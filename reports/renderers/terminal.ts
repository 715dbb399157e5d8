import { styleText } from 'node:util';
import CliTable from 'cli-table3';
import type { Result } from '../../bench/model/result.ts';
import { type Indent, paragraph } from '../text/paragraph.ts';
import { plain } from '../text/plain.ts';
import { drawPlot } from '../text/plot.ts';
import type { Cell, Table, Tone } from '../text/table.ts';
import type { RenderOptions } from './renderer.ts';
import { type FailureReport, type Summary, summarize } from './summary.ts';

type Style = Parameters<typeof styleText>[0];

const TONES: Readonly<Record<Tone, Style | undefined>> = {
  plain: undefined,
  faint: 'dim',
  warning: 'yellow',
  bad: 'red',
};

/** Spaces between columns: usually two, on a narrow terminal one. */
const LEAST_GAP = 1;
const GAPS = [2, LEAST_GAP];
/** Least width of a column that shrinks. */
const LEAST_WIDTH = 10;

const BARE = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
};

/** Renders a whole result as text for a terminal. */
export function renderTerminal(result: Result, options: RenderOptions): string {
  return drawSummary(summarize(result), options);
}

/** Draws heading, tables, plots, footnotes, failures and conclusions. */
export function drawSummary(summary: Summary, { color, width }: RenderOptions): string {
  const paint = painter(color);
  const { heading, tables, plots, details, footnotes, failures, statements } = summary;
  const prose = (text: string, indent?: Indent) => paragraph(plain(text), width, indent);
  const bold = (title: string) => prose(title).map((row) => paint(row, 'bold'));
  const titled = (table: Table) => [...bold(table.title), drawTable(table, width, paint)];
  const blocks = [
    heading.flatMap((line) => prose(line).map((row) => paint(row, 'dim'))),
    ...tables.map(titled),
    ...plots.map((plot) => [...bold(plot.title), ...drawPlot(plot, width)]),
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

/** Draws a table as text, at most `width` wide as long as it has columns that can be left out or shrink. */
export function drawTable(table: Table, width: number, paint: Paint): string {
  const gap = GAPS.find((blanks) => widthOf(table, blanks) <= width);
  if (gap !== undefined) return trimmed(layOut(table, paint, gap).toString());
  if (table.columns.some(({ optional }) => optional)) return drawTable(withoutOptional(table), width, paint);
  const shrinking = table.columns.findIndex(({ shrinks }) => shrinks);
  // The room left by the other columns is measured by drawing the table with this column empty, as only cli-table3
  // knows the width of every character.
  const left = Math.max(LEAST_WIDTH, width - widthOf(withoutColumn(table, shrinking), LEAST_GAP));
  return trimmed(layOut(table, paint, LEAST_GAP, { column: shrinking, width: left }).toString());
}

/** Returns the columns that a table takes when nothing is cut. cli-table3 would count colour codes as characters. */
function widthOf(table: Table, gap: number): number {
  return layOut(table, painter(false), gap).width;
}

function layOut(table: Table, paint: Paint, gap: number, shrunk?: { column: number; width: number }): CliTable.Table {
  const { columns, groups } = table;
  const last = columns.length - 1;
  const drawn = new CliTable({
    chars: BARE,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': gap },
    colAligns: columns.map(({ align }) => align),
    colWidths: columns.map((_, i) => (i === shrunk?.column ? shrunk.width + gap : null)),
    truncate: '…',
  });
  const line = (texts: readonly string[]) =>
    texts.map((content, i) => (i === last ? { content, style: { 'padding-right': 0 } } : content));
  drawn.push(line(columns.map(({ title }) => paint(title, 'bold'))));
  if (columns.some(({ unit }) => unit !== undefined)) {
    drawn.push(line(columns.map(({ unit = '' }) => paint(unit, 'dim'))));
  }
  for (const { label, rows } of groups) {
    if (label !== null) {
      drawn.push(
        [{ colSpan: columns.length, content: '' }],
        [{ colSpan: columns.length, content: paint(plain(label), 'bold') }],
      );
    }
    for (const row of rows) drawn.push(line(row.map((cell) => drawCell(cell, paint))));
  }
  return drawn;
}

function drawCell({ text, tone }: Cell, paint: Paint): string {
  return paint(plain(text), TONES[tone]);
}

function withoutOptional({ title, columns, groups }: Table): Table {
  const kept = <T>(items: readonly T[]) => items.filter((_, i) => !columns[i]?.optional);
  return {
    title,
    columns: kept(columns),
    groups: groups.map(({ label, rows }) => ({ label, rows: rows.map(kept) })),
  };
}

function withoutColumn({ title, columns, groups }: Table, index: number): Table {
  return {
    title,
    columns: columns.map((column, i) => (i === index ? { align: column.align, title: '' } : column)),
    groups: groups.map(({ label, rows }) => ({
      label,
      rows: rows.map((row) => row.map((cell, i) => (i === index ? { ...cell, text: '' } : cell))),
    })),
  };
}

/** Removes spaces at the ends of lines. */
function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
