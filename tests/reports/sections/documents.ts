import type { Chart, IntervalChart, LineChart, MatrixChart } from '../../../reports/document/chart.ts';
import type { Block, ReportDocument } from '../../../reports/document/report-document.ts';
import { drawTable, painter } from '../../../reports/renderers/terminal.ts';

/** Returns the charts of a document, or of one section. */
export function chartsOf({ sections }: ReportDocument, section?: string): Chart[] {
  const blocks = sections.filter(({ id }) => section === undefined || id === section).flatMap((each) => each.blocks);
  return blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : []));
}

type ChartOf<Kind extends Chart['kind']> = Extract<Chart, { kind: Kind }>;

/** Returns the chart of an id. @throws when there is none of that kind. */
export function chartOf<Kind extends Chart['kind']>(document: ReportDocument, kind: Kind, id: string): ChartOf<Kind> {
  const chart = chartsOf(document).find((each) => each.id === id);
  if (chart?.kind !== kind) throw new Error(`no chart ${id}; there are ${chartsOf(document).map((each) => each.id)}`);
  return chart as ChartOf<Kind>;
}

/** Returns all texts of a section that are not charts. */
export function wordsOf({ sections }: ReportDocument, section: string): string {
  const blocks = sections.find(({ id }) => id === section)?.blocks ?? [];
  return blocks.flatMap((block) => (block.kind === 'chart' ? [] : wordsOfBlock(block))).join('\n');
}

export function sectionIds({ sections }: ReportDocument): string[] {
  return sections.map(({ id }) => id);
}

function wordsOfBlock(block: Exclude<Block, { kind: 'chart' }>): string[] {
  switch (block.kind) {
    case 'paragraph':
      return [block.text];
    case 'list':
      return block.items.map((item, i) => `${block.numbered ? `${i + 1}.` : '-'} ${item}`);
    case 'command':
      return [`$ ${block.text}`];
    case 'table':
      return [block.table.title, drawTable(block.table, 250, painter(false))];
  }
}

/** Writes a whole document as text, to be read and compared. */
export function documentText(document: ReportDocument): string {
  const { title, subtitle, identities, sections } = document;
  const blocks = sections.flatMap((section) => [
    `## ${section.title} (${section.id})`,
    ...section.blocks.flatMap((block) => (block.kind === 'chart' ? chartText(block.chart) : wordsOfBlock(block))),
  ]);
  return `${[`# ${title}`, ...subtitle, `identities: ${identities.join(', ')}`, ...blocks].join('\n')}\n`;
}

function chartText(chart: Chart): string[] {
  const head = [`[${chart.kind} ${chart.id}] ${chart.title}`, `  ${chart.caption}`];
  switch (chart.kind) {
    case 'lines':
      return [...head, ...axesText(chart), ...rulesText(chart), ...chart.series.map(seriesText)];
    case 'intervals':
      return [...head, ...rulesText(chart), ...chart.rows.map(rowText)];
    case 'matrix':
      return [...head, ...matrixText(chart)];
  }
}

function axesText({ x, y }: LineChart): string[] {
  return [`  ${y.name} (${y.unit}, ${y.scale}) over ${x.name} (${x.unit}, ${x.scale})`];
}

function rulesText({ rules = [] }: LineChart | IntervalChart): string[] {
  return rules.map(({ axis, at, label, tone }) => `  rule ${axis} = ${number(at)}: ${label} (${tone})`);
}

function seriesText({ name, style = 'line', points }: LineChart['series'][number]): string {
  const shown = points.map(
    ({ x, y, low, high, doubt }) => `${number(x)}:${number(y)}${interval(low, high)}${doubt ? ' (?)' : ''}`,
  );
  return `  ${name} [${style}] ${shown.join(' ')}`;
}

function rowText({ name, group, value, low, high, samples, note, doubt }: IntervalChart['rows'][number]): string {
  const parts = [
    ...[group === undefined ? name : `${group} / ${name}`, number(value) + interval(low, high)],
    ...(samples === undefined ? [] : [`samples ${samples.map(number).join(' ')}`]),
    ...(note === undefined ? [] : [`note ${note}`]),
    ...(doubt === undefined ? [] : [`doubt ${doubt}`]),
  ];
  return `  ${parts.join(' | ')}`;
}

function matrixText({ rowNames, cells }: MatrixChart): string[] {
  return cells.map((row, i) => `  ${rowNames[i]}: ${row.map((cell) => cell?.text ?? '.').join(' ')}`);
}

function interval(low: number | null | undefined, high: number | null | undefined): string {
  return low === undefined && high === undefined ? '' : `[${number(low)}, ${number(high)}]`;
}

function number(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : String(Number(value.toPrecision(4)));
}
