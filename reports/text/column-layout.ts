import CliTable from 'cli-table3';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Column } from './table.ts';

/** Layout of texts in columns of a terminal. A character takes zero, one or two columns. */

/** A table without lines around its cells. */
const BARE = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '' },
};

/** Returns the number of columns that text takes on a terminal. Escape sequences take none. */
export function textWidth(text: string): number {
  return stringWidth(text);
}

/**
 * Aligns rows of texts in columns, with `gap` spaces between two columns. Returns one line for each row.
 * @param rows texts of one line each, one for each column; they may contain escape sequences.
 * @param gap at least 1.
 */
export function alignColumns(
  rows: readonly (readonly string[])[],
  columns: readonly Pick<Column, 'align'>[],
  gap: number,
): string[] {
  const grid = new CliTable({
    chars: BARE,
    style: { head: [], border: [], compact: true, 'padding-left': 0, 'padding-right': gap },
    colAligns: columns.map(({ align }) => align),
  });
  // cli-table3 counts the columns of many emoji wrong. It lays out as many x as a text is wide, and the texts then
  // replace them in order.
  grid.push(...rows.map((row) => row.map((text) => 'x'.repeat(textWidth(text)))));
  const texts = rows.flat().filter((text) => textWidth(text) > 0);
  const lines = grid.toString().replace(/x+/g, () => texts.shift() ?? '');
  return lines.split('\n').map((line) => line.trimEnd());
}

/** Cuts text that takes more columns than there are, and marks it with `…`. No character is split. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const [kept = ''] = wrapAnsi(text, width - 1, { hard: true, wordWrap: false, trim: false }).split('\n');
  return `${kept}…`;
}
