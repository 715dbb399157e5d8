import type { Chart } from '../document/chart.ts';
import type { Block, Section } from '../document/report-document.ts';
import type { Footnotes } from '../text/footnotes.ts';
import type { Table } from '../text/table.ts';

/** Returns a section; none when it would have no content. */
export function section(id: string, title: string, blocks: readonly Block[]): Section[] {
  return blocks.length === 0 ? [] : [{ id, title, blocks }];
}

export function chartBlock(chart: Chart): Block {
  return { kind: 'chart', chart };
}

/** Returns a table; none when it has no rows. */
export function tableBlock(table: Table): Block[] {
  return table.groups.some(({ rows }) => rows.length > 0) ? [{ kind: 'table', table }] : [];
}

/** Returns a list; none when it is empty. */
export function listBlock(items: readonly string[]): Block[] {
  return items.length === 0 ? [] : [{ kind: 'list', items }];
}

/** Returns a paragraph; none when it is empty. */
export function paragraphBlock(text: string, tone?: Extract<Block, { kind: 'paragraph' }>['tone']): Block[] {
  return text === '' ? [] : [{ kind: 'paragraph', text, ...(tone !== undefined && { tone }) }];
}

/** Returns the remarks that tables refer to by number: `[1] …`. */
export function footnoteBlock(footnotes: Footnotes): Block[] {
  return listBlock(footnotes.texts().map((text, i) => `[${i + 1}] ${text}`));
}
