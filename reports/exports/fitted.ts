import { escaped } from './gfm.ts';

/** A part of a document, in lines: it is kept whole, or cut between its rows. */
export interface Part {
  /** What a note calls it when it was cut; not escaped. */
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly string[];
}

/** Parts between two lines that belong together, such as the tags around something that can be folded. */
export interface Fold {
  readonly open: readonly string[];
  readonly parts: readonly Part[];
  readonly close: readonly string[];
}

/** Bytes kept for the note about what was cut. */
const NOTE_BYTES = 1024;
/** So many names of so many characters, of up to four bytes each, fit into the note. */
const MAX_NAMED = 5;
const MAX_NAME = 40;

/**
 * Joins folds to a text of at most `limit` bytes of UTF-8. What does not fit is left out, from the end: whole parts, or
 * rows at the end of a part. A note at the end names it.
 */
export function fitted(folds: readonly Fold[], limit: number): string {
  const lines: string[] = [];
  const cut: string[] = [];
  let left = limit - NOTE_BYTES;
  const add = (added: readonly string[]) => {
    lines.push(...added);
    left -= bytesOf(added);
  };
  for (const { open, parts, close } of folds) {
    const kept: string[] = [];
    const frame = bytesOf([...open, ...close]);
    for (const { name, head, rows } of parts) {
      const budget = left - frame - bytesOf(kept) - bytesOf(head) - 1;
      const count = rowsWithin(rows, budget);
      const isWhole = count === rows.length && budget >= 0;
      if (!isWhole) cut.push(count > 0 ? `${rows.length - count} of ${rows.length} rows of ${name}` : name);
      if (isWhole || count > 0) kept.push(...head, ...rows.slice(0, count), '');
    }
    if (kept.length > 0) add([...open, ...kept, ...close]);
  }
  return `${[...lines, ...noteOf(cut, limit)].join('\n').trimEnd()}\n`;
}

function noteOf(cut: readonly string[], limit: number): string[] {
  if (cut.length === 0) return [];
  const named = cut
    .slice(0, MAX_NAMED)
    .map((name) => escaped(name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name));
  const rest = cut.length > MAX_NAMED ? `, and ${cut.length - MAX_NAMED} more` : '';
  return [`Cut to ${Math.floor(limit / 1024)} KiB, without: ${named.join('; ')}${rest}. The saved JSON contains all.`];
}

function rowsWithin(rows: readonly string[], budget: number): number {
  let left = budget;
  const end = rows.findIndex((row) => {
    left -= bytesOf([row]);
    return left < 0;
  });
  return end < 0 ? rows.length : end;
}

/** Bytes of lines with their line feeds. */
function bytesOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
}
