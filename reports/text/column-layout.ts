import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import type { Column } from './table.ts';

/** How texts fill columns of a terminal, where a letter may take no column, one or two. */

/** Returns the number of columns that text takes on a terminal. Escape sequences take none. */
export function textWidth(text: string): number {
  return stringWidth(text);
}

/** Fills text with spaces to a number of columns. @param text no wider than that; it may contain escape sequences. */
export function aligned(text: string, width: number, align: Column['align']): string {
  const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}

/** Cuts text that takes more columns than there are, and marks it with `…`. No letter is split. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  const [kept = ''] = wrapAnsi(text, width - 1, { hard: true, wordWrap: false, trim: false }).split('\n');
  return `${kept}…`;
}
