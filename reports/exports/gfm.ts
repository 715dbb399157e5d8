import { plain } from '../text/plain.ts';
import type { Cell, Table } from '../text/table.ts';

/**
 * GitHub-flavoured Markdown of texts that others chose: names of targets, messages of servers. They must not become
 * markup, links, mentions or references to issues.
 */

/** Separates what would have a meaning together, and is not visible. */
const ZERO_WIDTH_SPACE = '\u200b';

/**
 * Escapes a text for a paragraph or a cell. GitHub finds mentions, references and addresses in the finished text, where
 * a backslash does not stop them: an invisible blank does.
 */
export function escaped(text: string): string {
  return plain(text)
    .replace(/@(?=[\w-])|#(?=\d)|\bGH-(?=\d)|\bhttps?:(?=\/\/)|\bwww(?=\.)/gi, `$&${ZERO_WIDTH_SPACE}`)
    .replace(/[\\`*_[\]<>#|~&$]/g, '\\$&')
    .replace(BLOCK_START, '$1\\$2');
}

/** What begins a list or underlines a heading: a sign, or the point behind a number. */
const BLOCK_START = /^(\s*(?:\d{1,9}(?=[.)](?:\s|$)))?)([-+=.)](?=[-=\s]|$))/;

/** Returns a text as code in a line. Nothing in it has a meaning, except for a bar in a table. */
export function code(text: string): string {
  const shown = plain(text);
  const fence = '`'.repeat(longestRun(shown) + 1);
  return shown === '' ? '' : `${fence} ${shown} ${fence}`;
}

/** Returns lines of code, to copy. */
export function codeBlock(text: string, language = ''): string[] {
  const lines = text.split('\n').map(plain);
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [`${fence}${language}`, ...lines, fence];
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** Returns an escaped text, bold. */
export function bold(text: string): string {
  return text === '' ? '' : `**${escaped(text)}**`;
}

/** Lines of a table: its head, and a line for each row, so that a long one can be cut between rows. */
export interface TableLines {
  readonly head: readonly string[];
  readonly rows: readonly string[];
}

/** Draws a table. The label of a group is a row of its own. */
export function tableLines({ columns, groups }: Table): TableLines {
  const titles = columns.map(({ title, unit }) => escaped([title, unit ?? ''].join(' ').trim()));
  const rules = columns.map(({ align }) => (align === 'right' ? '--:' : ':--'));
  const labelRow = (label: string) => row([bold(label), ...columns.slice(1).map(() => '')]);
  return {
    head: [row(titles), row(rules)],
    rows: groups.flatMap(({ label, rows }) => [
      ...(label === null ? [] : [labelRow(label)]),
      ...rows.map((cells) => row(cells.map(cellText))),
    ]),
  };
}

function cellText({ text, tone }: Cell): string {
  return tone === 'bad' ? bold(text) : escaped(text);
}

/** @param cells escaped. */
function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
