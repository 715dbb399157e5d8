import type { Trial } from '../../../bench/model/trial.ts';
import { type Field, numberColumn } from '../../text/cells.ts';
import { formatCount, formatPlural } from '../../text/quantities.ts';
import { type Cell, cell, type Table } from '../../text/table.ts';

type Broadcast = NonNullable<Trial['broadcast']>;

/** Returns the deliveries of a chat, summed over all rounds; null for any other load. */
export function broadcastTable(trials: readonly Trial[]): Table | null {
  const broadcasts = trials.flatMap(({ broadcast }) => broadcast ?? []);
  if (broadcasts.length === 0) return null;
  const fields = [
    countField('expected', 'plain', ({ expected }) => expected),
    countField('delivered', 'plain', ({ delivered }) => delivered),
    countField('lost', 'bad', ({ lost }) => lost),
    countField('late', 'bad', ({ late }) => late),
    countField('duplicated', 'bad', ({ duplicated }) => duplicated),
    countField('reordered', 'bad', ({ reordered }) => reordered),
    countField('corrupted', 'bad', ({ corrupted }) => corrupted),
  ];
  return {
    title: `Deliveries${trials.length > 1 ? `, sums of ${formatPlural(trials.length, 'round')}` : ''}`,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: [fields.map((field) => field.cell(broadcasts))] }],
  };
}

/** @param tone of a count that is not zero. */
function countField(
  title: string,
  tone: Cell['tone'],
  countOf: (broadcast: Broadcast) => number,
): Field<readonly Broadcast[]> {
  return {
    column: numberColumn(title),
    cell: (broadcasts) => {
      const sum = broadcasts.reduce((total, broadcast) => total + countOf(broadcast), 0);
      return cell(formatCount(sum), sum > 0 ? tone : 'plain');
    },
  };
}
