import type { CheckResult } from '../../bench/model/check-result.ts';
import { baselineTable } from '../tables/baseline.ts';
import { checkTable } from '../tables/check.ts';
import { baselineNotes, checkHeading, checkNotes } from '../text/check-words.ts';
import { paragraph } from '../text/paragraph.ts';
import { plain } from '../text/plain.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** Renders a regression check as text for a terminal: how it was held, what each metric did, and the verdict. */
export function renderCheck(result: CheckResult, { color, width }: RenderOptions): string {
  const paint = painter(color);
  const prose = (text: string) => paragraph(plain(text), width);
  const { baseline } = result;
  const table = baseline === undefined ? checkTable(result) : baselineTable(baseline, result.plan);
  const blocks = [
    checkHeading(result).flatMap((line) => prose(line).map((row) => paint(row, 'dim'))),
    [
      ...prose(table.title).map((row) => paint(row, 'bold')),
      ...(table.groups.length > 0 ? [drawTable(table, width, paint)] : ['The check ended before its first look.']),
    ],
    (baseline === undefined ? [] : baselineNotes(baseline)).flatMap(prose),
    checkNotes(result).flatMap(prose),
    prose(result.verdict.statement).map((row) => paint(row, 'bold')),
  ];
  const text = blocks.filter((block) => block.length > 0).map((block) => block.join('\n'));
  return `${text.join('\n\n')}\n`;
}
