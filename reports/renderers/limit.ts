import type { RowVerdict } from '../../bench/lab/limit/verdict.ts';
import { limitTable } from '../tables/limit.ts';
import { paragraph } from '../text/paragraph.ts';
import { plain } from '../text/plain.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** Fewest rounds for a meaningful median; see docs/limits.md. */
const ENOUGH_ROUNDS = 9;

/** Renders the results of `npm run bench:limit` as text for a terminal. */
export function renderLimit(heading: string, verdicts: readonly RowVerdict[], { color, width }: RenderOptions): string {
  const paint = painter(color);
  const table = limitTable(verdicts);
  const few = verdicts.some(({ rounds }) => rounds > 0 && rounds < ENOUGH_ROUNDS);
  const notes = [
    ...verdicts.flatMap(({ name, notes }) => notes.map((note) => `${name}: ${note}`)),
    ...(few ? [`Medians of fewer than ${ENOUGH_ROUNDS} rounds are unreliable: raise --pairs.`] : []),
  ];
  const blocks = [
    paragraph(plain(heading), width).map((line) => paint(line, 'dim')),
    ...(table.groups.length > 0 ? [[drawTable(table, width, paint)]] : []),
    notes.flatMap((note) => paragraph(plain(note), width)),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}
