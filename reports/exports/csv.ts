import type { CheckResult } from '../../bench/model/check-result.ts';
import { knownValue, metricNames, metricOf } from '../../bench/model/metrics.ts';
import type { Failure, Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { plain } from '../text/plain.ts';
import { exportName, inBaseUnit } from './base-units.ts';

/** Text, a number, or nothing. */
type Value = string | number | null | undefined;

/** Title of a column, and how to read it from a row. */
type CsvColumn<Row> = readonly [title: string, read: (row: Row) => Value];

/** Renders a result as CSV (RFC 4180): a row for each trial, in the order in which they ran, then those that failed. */
export function renderCsv({ trials, failures }: Result): string {
  return csv([...POINT, ...OUTCOME, ...METRICS], [...trials, ...failures]);
}

/** Renders a check as CSV: a row for each program in each session, with what a request cost it. */
export function renderCheckCsv({ sessions, plan }: CheckResult): string {
  const rows = sessions.flatMap(({ places, costs, ...session }) =>
    places.map((arm, i) => ({ ...session, arm, place: i + 1, cost: costs[arm] })),
  );
  const programs = { a: plan.a, b: plan.b, null: plan.a };
  return csv(
    [
      ['series', ({ series }) => series],
      ['session', ({ session }) => session],
      ['arm', ({ arm }) => arm],
      ['program', ({ arm }) => programs[arm]],
      ['place', ({ place }) => place],
      ['excluded', ({ excluded }) => excluded],
      ['rate_per_second', ({ cost }) => power(-1, cost?.throughput)],
      ['cpu_per_request_seconds', ({ cost }) => nanos(cost?.cpu)],
      ['response_p50_seconds', ({ cost }) => nanos(cost?.p50)],
      ['response_p99_seconds', ({ cost }) => nanos(cost?.p99)],
    ],
    rows,
  );
}

/** What both trials and failures have. */
const POINT: readonly CsvColumn<Trial | Failure>[] = [
  ['target', ({ target }) => target],
  ['app', ({ app }) => app],
  ['workload', ({ workload }) => workload],
  ['transport', ({ transport }) => transport],
  ['connections', ({ connections }) => connections],
  ['connection', ({ connection }) => connection],
  ['pipelining', ({ pipelining }) => pipelining],
  ['offered_rate_per_second', ({ rate }) => rate],
  ['arrivals', ({ arrivals }) => arrivals],
  ['work', ({ work }) => work],
  ['cache_hit_ratio', ({ cacheHit }) => cacheHit],
  ['cpus', ({ cpus }) => cpus],
  ['round', ({ round }) => round],
];

const OUTCOME: readonly CsvColumn<Trial | Failure>[] = [
  ['message_bytes', (row) => (isTrial(row) ? row.size : null)],
  ['measured_seconds', (row) => (isTrial(row) ? row.measuredSeconds : null)],
  ['verdict', (row) => (isTrial(row) ? row.validity.verdict : 'failed')],
  ['reasons', (row) => (isTrial(row) ? row.validity.reasons.map(({ code }) => code).join(' ') : row.message)],
];

const METRICS: readonly CsvColumn<Trial | Failure>[] = metricNames.map((name) => {
  const metric = { name, ...metricOf(name) };
  const read = (row: Trial | Failure) => {
    const value = isTrial(row) ? knownValue(name, row) : null;
    return value === null ? null : inBaseUnit(metric, value);
  };
  return [exportName(metric), read];
});

function isTrial(row: Trial | Failure): row is Trial {
  return 'validity' in row;
}

/** Results store the logarithm of a cost, in nanoseconds. */
function nanos(ln: number | null | undefined): number | null {
  const cost = power(1, ln);
  return cost === null ? null : cost / 1e9;
}

function power(sign: 1 | -1, ln: number | null | undefined): number | null {
  return ln === null || ln === undefined ? null : Math.exp(sign * ln);
}

function csv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, read]) => field(read(row))))];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

/**
 * Formats a field. Spreadsheets take text that begins with one of `= + - @` for a formula, so an apostrophe precedes it:
 * OWASP, CSV Injection. Numbers stay numbers.
 */
function field(value: Value): string {
  if (typeof value === 'number') return `${value}`;
  const text = plain(value ?? '').replace(/^\s*[=+\-@]/, "'$&");
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
