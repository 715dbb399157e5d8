import type { Trial } from '../../../bench/model/trial.ts';
import { formatCount, formatPlural } from '../../text/quantities.ts';
import { type Column, cell, type Row, type Table } from '../../text/table.ts';

/**
 * Returns the replies of an HTTP server by status, and of any server those that were refusals or corrupt, each with the
 * first one as an example; null where there are none of them. Numbers are sums over all rounds.
 */
export function repliesTable(trials: readonly Trial[]): Table | null {
  const bad = [...refusalRows(trials), ...corruptionRows(trials), ...tlsRows(trials)];
  const rows = [...statusRows(trials), ...bad];
  if (rows.length === 0) return null;
  const rounds = trials.length > 1 ? `, sums of ${formatPlural(trials.length, 'round')}` : '';
  const columns: Column[] = [
    { title: 'reply', align: 'left' },
    { title: 'number', align: 'right' },
    { title: 'the first of them', align: 'left', shrinks: true },
  ];
  const shown = bad.length > 0 ? columns.length : columns.length - 1;
  return {
    title: `Replies${rounds}`,
    columns: columns.slice(0, shown),
    groups: [{ label: null, rows: rows.map((row) => row.slice(0, shown)) }],
  };
}

function statusRows(trials: readonly Trial[]): Row[] {
  const sums = new Map<string, number>();
  for (const [status, count] of trials.flatMap(({ statuses = {} }) => Object.entries(statuses))) {
    sums.set(status, (sums.get(status) ?? 0) + count);
  }
  return [...sums].sort(([a], [b]) => Number(a) - Number(b)).map(([status, count]) => row(`status ${status}`, count));
}

/** Replies with an unexpected status have no text, and are in the rows of their statuses. */
function refusalRows(trials: readonly Trial[]): Row[] {
  const first = trials.find(({ examples }) => examples?.refusal !== undefined)?.examples?.refusal;
  if (first === undefined) return [];
  const refused = trials.reduce((sum, { requests }) => sum + (requests.refusals ?? 0), 0);
  return [row('refused', refused, first)];
}

function corruptionRows(trials: readonly Trial[]): Row[] {
  const first = trials.find(({ examples }) => examples?.corruption !== undefined)?.examples?.corruption;
  if (first === undefined) return [];
  const corrupted = trials.reduce((sum, { requests }) => sum + requests.corrupted, 0);
  return [row('corrupted', corrupted, `${first.fault}: ${first.example}`)];
}

function tlsRows(trials: readonly Trial[]): Row[] {
  const first = trials.find(({ examples }) => examples?.tls !== undefined)?.examples?.tls;
  return first === undefined ? [] : [[cell('TLS failed', 'bad'), cell(''), cell(first)]];
}

function row(reply: string, count: number, example?: string): Row {
  const isBad = example !== undefined;
  return [cell(reply, isBad ? 'bad' : 'plain'), cell(formatCount(count)), cell(example ?? '')];
}
