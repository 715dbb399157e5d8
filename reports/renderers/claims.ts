import type { Frequency } from '../../bench/lab/verify/regression-claims.ts';
import { rivals } from '../../bench/lab/verify/rivals.ts';
import type { ScalingClaims } from '../../bench/lab/verify/scaling-claims.ts';
import { claimsTable } from '../tables/claims.ts';
import { paragraph } from '../text/paragraph.ts';
import type { RenderOptions } from './renderer.ts';
import { drawTable, painter } from './terminal.ts';

/** Renders the results of `npm run verify:stats` as text for a terminal. */
export function renderClaims(
  frequencies: readonly Frequency[],
  scaling: ScalingClaims,
  { color, width }: RenderOptions,
): string {
  const blocks = [
    [drawTable(claimsTable(frequencies), width, painter(color))],
    rivals.flatMap(({ name, rule }) => paragraph(`${name}: ${rule}.`, width)),
    scalingLines(scaling).flatMap((line) => paragraph(line, width)),
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function scalingLines({ curves, stated, covered, peaksBeyond, refused }: ScalingClaims): string[] {
  const coverage = Object.entries(covered).map(([name, share]) => `${name} ${percent(share)}`);
  return [
    `Scalability law, ${curves} curves that follow it: stated for ${percent(stated)}; 95 % intervals contain the ` +
      `true value for ${coverage.join(', ')} (required: ≥ 92 %); peaks stated beyond the tested levels: ${peaksBeyond} ` +
      '(required: 0).',
    `${curves} curves of other shapes: refused ${percent(refused)} (required: ≥ 95 %).`,
  ];
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
