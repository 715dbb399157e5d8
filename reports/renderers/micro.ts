import type { MicroResult } from '../../bench/lab/micro/measuring.ts';
import { microTable } from '../tables/micro.ts';
import { paragraph } from '../text/paragraph.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** Renders the results of `sockbench micro` as text for a terminal. */
export function renderMicro(
  results: readonly MicroResult[],
  leftOut: readonly string[],
  { color, width }: RenderOptions,
): string {
  const warnings = results.flatMap(({ name, warnings }) => warnings.map((warning) => `${name}: ${warning}.`));
  const notes = [...warnings, ...leftOut.map((reason) => `left out: ${reason}`)];
  const blocks = [
    [drawTable(microTable(results), width, painter(color))],
    notes.flatMap((note) => paragraph(note, width)),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}
