import type { Block, ReportDocument, Section } from '../document/report-document.ts';
import type { Saved } from '../files/saved.ts';
import { documentOfPair } from '../sections/pair-document.ts';
import { documentOf } from '../sections/result-document.ts';
import type { NamedResult } from '../text/pair-heading.ts';
import { type Fold, fitted, type Part } from './fitted.ts';
import { bold, codeBlock, escaped } from './gfm.ts';
import { folded, listPart, part, tablePart } from './markdown-parts.ts';

/** GitHub refuses step summaries of more than 1 MiB. */
const LIMIT_BYTES = 1024 ** 2 - 1;
/** Sections that are not folded. */
const OPEN_SECTIONS = 2;

/** Renders a result as Markdown for the summary of a CI job: its report without charts, from the third section on folded. */
export function renderStepSummary(saved: Saved): string {
  return markdownOf(documentOf(saved), LIMIT_BYTES);
}

/** Renders two results side by side in the same way. */
export function renderPairSummary(a: NamedResult, b: NamedResult): string {
  return markdownOf(documentOfPair(a, b), LIMIT_BYTES);
}

/** Draws a document without its charts. @param limitBytes what does not fit is left out, and a note names it. */
export function markdownOf({ title, subtitle, sections }: ReportDocument, limitBytes: number): string {
  const heading = part(title, [`## ${escaped(title)}`, '', ...subtitle.map((line) => `${escaped(line)}  `)]);
  const drawn = sections.map((section) => ({
    section,
    parts: section.blocks.flatMap((block) => partsOf(section, block)),
  }));
  const folds = drawn
    .filter(({ parts }) => parts.length > 0)
    .map(({ section, parts }, i) => (i < OPEN_SECTIONS ? openSection(section, parts) : folded(section.title, parts)));
  return fitted([{ open: [], parts: [heading], close: [] }, ...folds], limitBytes);
}

function openSection({ title }: Section, parts: readonly Part[]): Fold {
  return { open: [`### ${escaped(title)}`, ''], parts, close: [] };
}

function partsOf({ title }: Section, block: Block): Part[] {
  switch (block.kind) {
    case 'paragraph':
      return [part(title, [block.tone === 'lead' || block.tone === 'bad' ? bold(block.text) : escaped(block.text)])];
    case 'list':
      return [listPart(title, block.items, block.numbered)];
    case 'command':
      return [part(title, codeBlock(block.text, 'sh'))];
    case 'table': {
      const { table } = block;
      return [tablePart(table), ...(table.note === undefined ? [] : [part(title, [escaped(table.note)])])];
    }
    case 'chart':
      return [];
  }
}
