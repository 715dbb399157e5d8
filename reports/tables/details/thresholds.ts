import type { ThresholdOutcome } from '../../../bench/model/result.ts';
import { formatMetric } from '../../text/metric-units.ts';
import { NONE } from '../../text/quantities.ts';
import { cell, type Row, type Table } from '../../text/table.ts';

/** Returns the outcome of each threshold, round by round; null when there were none. */
export function thresholdTable(outcomes: readonly ThresholdOutcome[]): Table | null {
  if (outcomes.length === 0) return null;
  return {
    title: 'Thresholds',
    columns: [
      { title: 'threshold', align: 'left' },
      { title: 'round', align: 'right' },
      { title: 'observed', align: 'right' },
      { title: '', align: 'left' },
    ],
    groups: [{ label: null, rows: outcomes.map(rowOf) }],
  };
}

function rowOf({ text, round, unit, observed, kept }: ThresholdOutcome): Row {
  const shown = observed === null ? NONE : formatMetric(unit, observed);
  const verdict = kept ? cell('kept') : cell(observed === null ? 'NOT MEASURED' : 'CROSSED', 'bad');
  return [cell(text), cell(`${round}`), cell(shown), verdict];
}
