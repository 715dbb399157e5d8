import { failedRequests } from '../../../bench/model/failed-requests.ts';
import type { Trial } from '../../../bench/model/trial.ts';
import { median } from '../../../bench/stats/median.ts';
import { type Field, numberCell, numberColumn } from '../../text/cells.ts';
import { formatCount, formatPlural, timeUnit } from '../../text/quantities.ts';
import { cell, type Table } from '../../text/table.ts';

/** One of several targets in all rounds: medians, except for errors. */
interface Part {
  readonly target: string;
  readonly share: number;
  readonly requestsPerSecond: number;
  /** NaN when no request was answered. */
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** Requests that failed in any way, or were never sent, summed over all rounds. */
  readonly errors: number;
}

/** Returns the share of the load that each of several targets received, and its results; null for a single target. */
export function targetsTable(trials: readonly Trial[]): Table | null {
  const { select, targets = [] } = trials[0] ?? {};
  if (select === undefined || targets.length === 0) return null;
  const parts = targets.map((_, i) => partOf(trials, i));
  const fields = fieldsOf(parts);
  const rounds = trials.length > 1 ? `, medians of ${formatPlural(trials.length, 'round')}` : '';
  return {
    title: `Targets, selected by ${select}${rounds}`,
    columns: fields.map(({ column }) => column),
    groups: [{ label: null, rows: parts.map((part) => fields.map((field) => field.cell(part))) }],
  };
}

/** @param i the target's index among those of a trial. */
function partOf(trials: readonly Trial[], i: number): Part {
  const shares = trials.flatMap((trial) => {
    const share = trial.targets?.[i];
    return share === undefined ? [] : [{ ...share, seconds: trial.measuredSeconds }];
  });
  const responses = shares.map(({ latencyMicros }) => latencyMicros.response).filter(({ count }) => count > 0);
  return {
    target: shares[0]?.target ?? '',
    share: median(shares.map(({ share }) => share)),
    requestsPerSecond: median(shares.map(({ requests, seconds }) => requests.completed / seconds)),
    p50Micros: median(responses.map(({ p50 }) => p50)),
    p99Micros: median(responses.map(({ p99 }) => p99)),
    errors: shares.reduce((sum, share) => sum + failedRequests(share), 0),
  };
}

function fieldsOf(parts: readonly Part[]): Field<Part>[] {
  const known = (micros: readonly number[]) => timeUnit(micros.filter((each) => !Number.isNaN(each)));
  const p50 = known(parts.map(({ p50Micros }) => p50Micros));
  const p99 = known(parts.map(({ p99Micros }) => p99Micros));
  return [
    { column: { title: 'target', align: 'left', shrinks: true }, cell: ({ target }) => cell(target) },
    { column: numberColumn('share', '%'), cell: ({ share }) => cell((share * 100).toFixed(1)) },
    { column: numberColumn('req/s'), cell: ({ requestsPerSecond }) => cell(formatCount(requestsPerSecond)) },
    { column: numberColumn('p50', p50.name), cell: ({ p50Micros }) => numberCell(p50Micros, p50) },
    { column: numberColumn('p99', p99.name), cell: ({ p99Micros }) => numberCell(p99Micros, p99) },
    {
      column: numberColumn('errors'),
      cell: ({ errors }) => cell(formatCount(errors), errors > 0 ? 'bad' : 'plain'),
    },
  ];
}
