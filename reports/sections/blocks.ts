import type { Chart } from '../document/chart.ts';
import type { Block, Section } from '../document/report-document.ts';
import type { Footnotes } from '../text/footnotes.ts';
import type { Table } from '../text/table.ts';

/** Returns a section; none when it would have no content. */
export function section(id: string, title: string, blocks: readonly Block[]): Section[] {
  return blocks.length === 0 ? [] : [{ id, title, blocks: saidOnce(blocks) }];
}

/** Removes sentences from captions that an earlier caption of the section contains: charts of scenarios are read alike. */
function saidOnce(blocks: readonly Block[]): Block[] {
  const said = new Set<string>();
  return blocks.map((block) => {
    if (block.kind !== 'chart') return block;
    const sentences = block.chart.caption.split(SENTENCE_END);
    const caption = sentences.filter((sentence) => !said.has(sentence)).join(' ');
    for (const sentence of sentences) said.add(sentence);
    return { kind: 'chart', chart: { ...block.chart, caption } };
  });
}

/** A blank between two sentences. */
const SENTENCE_END = /(?<=\.) (?=[A-Z])/;

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

/** Returns the remarks to which the table before refers by number. */
export function footnoteBlock(footnotes: Footnotes): Block[] {
  const items = footnotes.texts();
  return items.length === 0 ? [] : [{ kind: 'list', items, numbered: true }];
}
