import type { Chart } from '../document/chart.ts';
import type { Section } from '../document/report-document.ts';

/**
 * Returns the names that keep one colour in all charts of a document: the given ones first, then those that charts use
 * besides, such as the parts of a response time.
 */
export function identitiesOf(names: readonly string[], sections: readonly Section[]): string[] {
  const charts = sections.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : [])),
  );
  return [...new Set([...names, ...charts.flatMap(namesIn)])];
}

function namesIn(chart: Chart): string[] {
  switch (chart.kind) {
    case 'lines':
      return chart.series.map(({ name, identity }) => identity ?? name);
    case 'intervals':
      return chart.rows.map(({ name, identity }) => identity ?? name);
    case 'matrix':
      return [];
  }
}
