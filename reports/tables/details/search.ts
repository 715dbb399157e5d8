import type { Capacity, CapacityStep } from '../../../bench/model/capacity.ts';
import type { Trial } from '../../../bench/model/trial.ts';
import { formatCount, formatMicros, NONE } from '../../text/quantities.ts';
import { cell, type Row, type Table } from '../../text/table.ts';

const PURPOSES = {
  bracket: 'short trial',
  confirm: 'confirmation window',
  profile: 'below capacity',
} as const satisfies Record<CapacityStep['purpose'], string>;

const FINDINGS = {
  met: cell('kept'),
  missed: cell('not kept', 'bad'),
  limited: cell('not known', 'warning'),
  unmeasured: cell('not measured', 'warning'),
} as const satisfies Record<CapacityStep['finding'], Row[number]>;

/** Returns the steps of a run's only search; null when there were several searches, or none. */
export function searchTable(capacities: readonly Capacity[], trials: readonly Trial[]): Table | null {
  const [only, ...others] = capacities;
  if (only === undefined || others.length > 0 || only.steps.length === 0) return null;
  return {
    title: 'Search',
    columns: [
      { title: '', align: 'left' },
      { title: 'req/s', align: 'right' },
      { title: 'p50', align: 'right' },
      { title: 'p99', align: 'right' },
      { title: '', align: 'left' },
      { title: 'why', align: 'left', wraps: true },
    ],
    groups: [{ label: null, rows: only.steps.map((step) => rowOf(step, trials)) }],
  };
}

function rowOf({ purpose, rate, round, finding, reasons }: CapacityStep, trials: readonly Trial[]): Row {
  const response = trials.find((trial) => trial.round === round)?.latencyMicros.response;
  const shown = (micros: number | undefined) => cell(micros === undefined ? NONE : formatMicros(micros));
  return [
    cell(PURPOSES[purpose]),
    cell(formatCount(rate)),
    shown(response?.p50),
    shown(response?.p99),
    FINDINGS[finding],
    cell(reasons.map(({ message }) => message).join('; '), 'faint'),
  ];
}
