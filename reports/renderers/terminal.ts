import { styleText } from 'node:util';
import CliTable from 'cli-table3';
import type { Result } from '../../bench/model/result.ts';
import type { RenderOptions } from '../catalog.ts';
import { type Indent, paragraph } from '../paragraph.ts';
import { plain } from '../plain.ts';
import { type FailureReport, summarize } from '../summary.ts';
import type { Cell, Table, Tone } from '../table.ts';

type Style = Parameters<typeof styleText>[0];

const TONES: Readonly<Record<Tone, Style | undefined>> = {
  plain: undefined,
  faint: 'dim',
  warning: 'yellow',
  bad: 'red',
};

/** Columns between columns. */
const GAP = 2;
/** A column that shrinks keeps this much. */
const LEAST_WIDTH = 8;

const BARE = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
};

/** A whole result as text for a terminal: heading, tables, footnotes, failures and what may be concluded. */
export function renderTerminal(result: Result, { color, width }: RenderOptions): string {
  const paint = painter(color);
  const { heading, tables, footnotes, failures, statements } = summarize(result);
  const prose = (text: string, indent?: Indent) => paragraph(plain(text), width, indent);
  const blocks = [
    heading.flatMap((line) => prose(line).map((row) => paint(row, 'dim'))),
    ...tables.map((table) => [...prose(table.title).map((row) => paint(row, 'bold')), drawTable(table, width, paint)]),
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

type Paint = (text: string, style: Style | undefined) => string;

/** Colours are decided by the caller, not by looking at this process's streams: the output may go elsewhere. */
function painter(color: boolean): Paint {
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

function drawTable(table: Table, width: number, paint: Paint): string {
  const shrinking = table.columns.findIndex(({ shrinks }) => shrinks);
  const natural = layOut(table, paint);
  if (natural.width <= width || shrinking < 0) return trimmed(natural.toString());
  // What the others leave is measured by drawing the table with that column empty: it knows the width of every letter.
  const others = layOut({ ...table, ...withoutColumn(table, shrinking) }, paint).width;
  return trimmed(layOut(table, paint, shrinking, Math.max(LEAST_WIDTH, width - others)).toString());
}

function layOut(table: Table, paint: Paint, shrinking = -1, shrunk = 0): CliTable.Table {
  const { columns, groups } = table;
  const last = columns.length - 1;
  const drawn = new CliTable({
    chars: BARE,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': GAP },
    colAligns: columns.map(({ align }) => align),
    colWidths: columns.map((_, i) => (i === shrinking ? shrunk + GAP : null)),
    truncate: '…',
  });
  const line = (texts: readonly string[]) =>
    texts.map((content, i) => (i === last ? { content, style: { 'padding-right': 0 } } : content));
  drawn.push(line(columns.map(({ title }) => paint(title, 'bold'))));
  drawn.push(line(columns.map(({ unit = '' }) => paint(unit, 'dim'))));
  for (const group of groups) {
    drawn.push(line(columns.map(() => '')));
    for (const row of group) drawn.push(line(row.map((cell) => drawCell(cell, paint))));
  }
  return drawn;
}

function drawCell({ text, tone }: Cell, paint: Paint): string {
  return paint(plain(text), TONES[tone]);
}

function withoutColumn({ columns, groups }: Table, index: number): Pick<Table, 'columns' | 'groups'> {
  return {
    columns: columns.map((column, i) => (i === index ? { align: column.align, title: '' } : column)),
    groups: groups.map((group) =>
      group.map((row) => row.map((cell, i) => (i === index ? { ...cell, text: '' } : cell))),
    ),
  };
}

/** No line ends in spaces: copied into a document they would be noise. */
function trimmed(text: string): string {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
