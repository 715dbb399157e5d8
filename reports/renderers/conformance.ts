import type { ConformanceOutcome } from '../../bench/load/protocols/conformance/conformance.ts';
import { conformanceTable } from '../tables/conformance.ts';
import { paragraph } from '../text/paragraph.ts';
import { plain } from '../text/plain.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** The test of a protocol that a file implements. */
export interface ProtocolTest {
  readonly file: string;
  /** Where the replies came from, and how many there were. */
  readonly sample: string;
  readonly outcomes: readonly ConformanceOutcome[];
}

/** Renders the result of `sockbench protocol-test` as text for a terminal. */
export function renderConformance({ file, sample, outcomes }: ProtocolTest, { color, width }: RenderOptions): string {
  const failed = outcomes.filter(({ fault }) => fault !== undefined);
  const verdict = failed.length === 0 ? 'keeps its contract' : `fails ${failed.length} of ${outcomes.length} checks`;
  const blocks = [
    [drawTable(conformanceTable(outcomes), width, painter(color))],
    // Lines of a stack stay lines.
    ...failed.map(({ check, fault = '' }) =>
      `${check}: ${fault}`.split('\n').flatMap((line) => paragraph(plain(line), width)),
    ),
    paragraph(plain(`${file} ${verdict}, with ${sample}.`), width),
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}
