import type { Block } from '../document/report-document.ts';
import { element } from '../text/markup.ts';
import { chartMarkup } from './chart-figure.ts';
import { prose, unbrokenWords } from './prose.ts';
import { tableMarkup } from './table-markup.ts';

/** Returns a block of a document as markup. @param identities of the document. */
export function blockMarkup(block: Block, identities: readonly string[]): string {
  switch (block.kind) {
    case 'paragraph':
      return element('p', { class: className(block.tone) }, prose(block.text));
    case 'list':
      return element(
        block.numbered ? 'ol' : 'ul',
        { class: block.numbered ? 'notes' : undefined },
        ...block.items.map((item) => element('li', {}, prose(item))),
      );
    case 'command':
      return element('div', { class: 'command' }, element('code', {}, unbrokenWords(block.text)));
    case 'table':
      return tableMarkup(block.table);
    case 'chart':
      return chartMarkup(block.chart, identities);
  }
}

function className(tone: string | undefined): string | undefined {
  return tone === undefined || tone === 'plain' ? undefined : tone;
}
