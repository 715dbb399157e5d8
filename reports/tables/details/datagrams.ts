import { isOneWay } from '../../../bench/model/operating-point.ts';
import type { Trial } from '../../../bench/model/trial.ts';
import { median } from '../../../bench/stats/median.ts';
import { type Field, numberCell, numberColumn } from '../../text/cells.ts';
import { formatCount, formatPlural, NONE, timeUnit } from '../../text/quantities.ts';
import { type Cell, cell, type Table } from '../../text/table.ts';

/** Returns counts of datagrams by what happened to them, summed over all rounds; null for a stream. */
export function datagramTable(trials: readonly Trial[]): Table | null {
  const [first] = trials;
  if (first?.transport !== 'udp') return null;
  const fields: Field<readonly Trial[]>[] = [
    countField('sent', 'plain', ({ requests }) => requests.sent),
    countField('received', 'plain', (trial) => (isKnown(trial) ? trial.requests.completed : null)),
    countField('lost', 'bad', (trial) => (isKnown(trial) ? (trial.requests.lost ?? trial.requests.timedOut) : null)),
    countField('late', 'bad', ({ requests }) => requests.late),
    countField('duplicated', 'bad', ({ requests }) => requests.duplicated),
    countField('reordered', 'bad', ({ requests }) => requests.reordered),
    countField('corrupted', 'bad', ({ requests }) => requests.corrupted),
    jitterField(trials),
    countField('dropped', 'bad', ({ datagrams }) => datagrams?.droppedByServer, 'by server'),
    countField('dropped', 'bad', ({ datagrams }) => datagrams?.droppedByGenerator, 'by load'),
  ];
  return {
    title: `Datagrams${trials.length > 1 ? `, sums of ${formatPlural(trials.length, 'round')}` : ''}`,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: [fields.map((field) => field.cell(trials))] }],
  };
}

/**
 * Reports whether the received datagrams are known. One-way, no reply reports them, but drops of the server's socket do
 * where it can be observed.
 */
function isKnown({ workload, datagrams }: Trial): boolean {
  return !isOneWay(workload) || typeof datagrams?.droppedByServer === 'number';
}

/** @param tone of a count that is not zero. */
function countField(
  title: string,
  tone: Cell['tone'],
  countOf: (trial: Trial) => number | null | undefined,
  unit?: string,
): Field<readonly Trial[]> {
  return {
    column: numberColumn(title, unit),
    cell: (trials) => {
      const counts = trials.map(countOf).filter((count) => count !== null && count !== undefined);
      const sum = counts.reduce((total, count) => total + count, 0);
      return counts.length === 0 ? cell(NONE, 'faint') : cell(formatCount(sum), sum > 0 ? tone : 'plain');
    },
  };
}

/** Jitter as defined in RFC 3550. */
function jitterField(trials: readonly Trial[]): Field<readonly Trial[]> {
  const jitter = median(trials.flatMap(({ jitterMicros }) => jitterMicros ?? []));
  const unit = timeUnit(Number.isNaN(jitter) ? [] : [jitter]);
  return { column: numberColumn('jitter', unit.name), cell: () => numberCell(jitter, unit) };
}
