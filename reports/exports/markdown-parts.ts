import { type CommandLine, shellText } from '../sections/reproduction/command-line.ts';
import type { Table } from '../text/table.ts';
import type { Fold, Part } from './fitted.ts';
import { bold, codeBlock, escaped, tableLines } from './gfm.ts';

/** Parts of Markdown documents. Texts are as measured; these functions escape them. */

/** Returns lines that are not cut. */
export function part(name: string, lines: readonly string[]): Part {
  return { name, head: lines, rows: [] };
}

/** Returns a list, which may be cut between its items. */
export function listPart(name: string, items: readonly string[], isNumbered = false): Part {
  const rows = items.map(
    (item, i) => `${isNumbered ? `${i + 1}.` : '-'} ${item.split('\n').map(escaped).join('<br>')}`,
  );
  return { name, head: [], rows };
}

/** Returns a table with its title, which may be cut between rows. */
export function tablePart(table: Table): Part {
  const { head, rows } = tableLines(table);
  const caption = table.title === '' ? [] : [bold(table.title), ''];
  return { name: table.title || 'a table', head: [...caption, ...head], rows };
}

/** Returns the command that measures again, and what to know of it; nothing without one. */
export function commandParts(command: CommandLine | undefined): Part[] {
  if (command === undefined) return [];
  const notes = command.notes.length === 0 ? [] : [listPart('command', command.notes)];
  return [part('command', codeBlock(shellText(command), 'sh')), ...notes];
}

/** Returns parts that are shown after a click on their title. */
export function folded(title: string, parts: readonly Part[]): Fold {
  return { open: ['<details>', `<summary>${htmlText(title)}</summary>`, ''], parts, close: ['</details>', ''] };
}

/** Markdown is not read inside of a summary. */
function htmlText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
