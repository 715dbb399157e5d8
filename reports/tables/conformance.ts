import type { ConformanceOutcome } from '../../bench/load/protocols/conformance/conformance.ts';
import { cell, type Table } from '../text/table.ts';

/** Returns the checks of a protocol, one line each. */
export function conformanceTable(outcomes: readonly ConformanceOutcome[]): Table {
  return {
    title: 'Conformance',
    columns: [
      { title: 'check', align: 'left' },
      { title: 'result', align: 'left' },
      { title: 'what it shows', align: 'left', shrinks: true },
    ],
    groups: [
      {
        label: null,
        rows: outcomes.map(({ check, claim, fault }) => [
          cell(check),
          fault === undefined ? cell('ok') : cell('FAILED', 'bad'),
          cell(claim, 'faint'),
        ]),
      },
    ],
  };
}
