import { pairTable } from '../tables/pair.ts';
import { pairedScenarios, pairStatements } from '../tables/pairing.ts';
import type { Summary } from '../tables/summary.ts';
import { type NamedResult, runLines } from '../text/pair-heading.ts';
import { machineLine } from '../text/run-heading.ts';
import type { RenderOptions } from './renderer.ts';
import { drawSummary } from './terminal.ts';

/**
 * Arranges two runs side by side, in reading order. Rows are matched by scenario, connections and target. Pure; the
 * runs must be comparable: see {@link incomparabilities}.
 */
function sideBySide(a: NamedResult, b: NamedResult): Summary {
  const scenarios = pairedScenarios(a.result, b.result);
  return {
    heading: [machineLine(a.result), ...runLines(a, b)],
    tables: scenarios.map(({ either, rows }) => pairTable(either, rows)),
    plots: [],
    details: [],
    footnotes: [],
    failures: [],
    statements: pairStatements(scenarios),
  };
}

/** Renders two comparable runs as text for a terminal. */
export function renderSideBySide(a: NamedResult, b: NamedResult, options: RenderOptions): string {
  return drawSummary(sideBySide(a, b), options);
}
