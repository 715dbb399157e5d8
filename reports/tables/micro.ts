import type { MicroResult } from '../../bench/lab/micro/measuring.ts';
import { formatCount, formatNumber } from '../text/quantities.ts';
import { cell, type Table } from '../text/table.ts';

/** Returns the durations of calls of hot paths, one line each. */
export function microTable(results: readonly MicroResult[]): Table {
  return {
    title: 'Hot paths',
    columns: [
      { title: 'hot path', align: 'left' },
      { title: 'what a call does', align: 'left', shrinks: true },
      { title: 'median', unit: 'ns', align: 'right' },
      { title: 'p99', unit: 'ns', align: 'right' },
      { title: 'mean ±', unit: '%', align: 'right' },
      { title: 'samples', align: 'right' },
      { title: 'calls/sample', align: 'right' },
    ],
    groups: [
      {
        label: null,
        rows: results.map((result) => [
          cell(
            result.warnings.length > 0 ? `${result.name} !` : result.name,
            result.warnings.length > 0 ? 'warning' : 'plain',
          ),
          cell(result.summary, 'faint'),
          cell(formatNumber(result.medianNanos)),
          cell(formatNumber(result.p99Nanos)),
          cell(formatNumber(result.marginOfError * 100)),
          cell(formatCount(result.samples)),
          cell(formatCount(result.callsPerSample)),
        ]),
      },
    ],
  };
}
