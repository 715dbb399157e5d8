import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Comparison, RankingRecord } from '../../bench/model/result.ts';
import { type Field, numberCell, numberColumn } from '../text/cells.ts';
import type { Footnotes } from '../text/footnotes.ts';
import { byteRateUnit, formatCount, formatPlural, memoryUnit, NONE, timeUnit } from '../text/quantities.ts';
import { type Cell, cell, type Group, type Row, type Table } from '../text/table.ts';
import type { Aggregate, Comparable } from './aggregate.ts';
import { loadTitle } from './load-title.ts';

/**
 * Returns the table of one scenario: rows grouped by number of connections, fastest first within a group.
 * @param rankings of that scenario; undefined where there are too few rounds for a ranking.
 */
export function comparisonTable(comparable: Comparable, rankings: Rankings | undefined, footnotes: Footnotes): Table {
  const { transport, work, point, aggregates } = comparable;
  const oneWay = point !== undefined && isOneWay(point.workload);
  const speed = ({ requestsPerSecond, bytesPerSecond }: Aggregate) => (oneWay ? bytesPerSecond : requestsPerSecond);
  const levels = [...new Set(aggregates.map(({ connections }) => connections))].sort((a, b) => a - b);
  const [model, ...others] = fieldsOf(aggregates, oneWay, footnotes);
  const fields = [model, ...(rankings ? [rankField(rankings)] : []), ...others];
  const groups = levels.map((level): Group => {
    const rows = aggregates.filter(({ connections }) => connections === level);
    return {
      label: formatPlural(level, 'connection'),
      rows: fastestFirst(rows, speed).map((row): Row => fields.map((field) => field.cell(row))),
    };
  });
  const columns = fields.map(({ column }) => column);
  const balance = aggregates.flatMap(({ trials }) => trials.flatMap((trial) => trial.balance ?? []));
  return { title: loadTitle(transport, work, point, balance[0]), columns, groups };
}

type Rankings = NonNullable<Comparison['rankings']>;

/**
 * Column of ranks by throughput that a row may have at its level: `1`, `2–3`; empty for targets that are not ranked
 * because they left connections waiting.
 */
function rankField(rankings: Rankings): Field<Aggregate> {
  return {
    column: numberColumn('rank'),
    cell: ({ target, connections }) => {
      const ranking = rankings.find((each) => each.connections === connections);
      const range = ranking?.ranges.find(({ name }) => name === target);
      return range === undefined ? cell(NONE, 'faint') : cell(rankText(range));
    },
  };
}

/** Formats a rank: `1`, or `2–3` where the rounds do not decide. */
export function rankText({ best, worst }: RankingRecord['ranges'][number]): string {
  return best === worst ? `${best}` : `${best}–${worst}`;
}

/** Rows that were not measured come last. */
function fastestFirst(rows: readonly Aggregate[], speed: (row: Aggregate) => number): Aggregate[] {
  const known = (row: Aggregate) => (Number.isNaN(speed(row)) ? -1 : speed(row));
  return [...rows].sort((a, b) => known(b) - known(a));
}

function fieldsOf(
  rows: readonly Aggregate[],
  oneWay: boolean,
  footnotes: Footnotes,
): [Field<Aggregate>, ...Field<Aggregate>[]] {
  const measured = rows.filter(({ trials }) => trials.length > 0);
  const opening = timeUnit(measured.map((row) => row.openingMicros));
  const memory = memoryUnit(measured.flatMap(({ peakPssBytes }) => peakPssBytes ?? []));
  // A table without measurements has the columns of a request-response load.
  const chat = measured.some(({ reach }) => reach !== null);
  const responded = measured.length === 0 || measured.some((row) => row.responded);
  return [
    {
      column: { title: 'model', align: 'left', shrinks: true },
      cell: ({ target }) => cell(target),
    },
    oneWay ? bytesField(measured) : { column: numberColumn(`${chat ? 'lines' : 'req'}/s`), cell: requestsCell },
    ...(responded ? responseFields(measured) : []),
    oneWay ? CPU_PER_GIGABYTE : { ...CPU_PER_REQUEST, ...(chat && { column: numberColumn('CPU', 'µs/line') }) },
    { column: numberColumn('mem', memory.name), cell: (row) => numberCell(row.peakPssBytes, memory) },
    ...(measured.some(tellsMemoryOfConnections) ? [MEMORY_PER_CONNECTION] : []),
    {
      column: numberColumn('open', opening.name),
      cell: (row) => numberCell(row.openingMicros, opening, row.openingGivenUp ? '>' : ''),
    },
    ...(chat ? [REACH] : []),
    { column: numberColumn('fairness'), cell: fairnessCell },
    { column: numberColumn('errors'), cell: errorsCell },
    {
      column: { title: 'see', align: 'left' },
      cell: (row) => cell(noteNumbers(row, footnotes).join(','), 'faint'),
    },
  ];
}

/** With fewer connections, fixed costs of the server hide the cost of each. */
const LEAST_CONNECTIONS = 16;

function tellsMemoryOfConnections({ connections, memoryBytesPerConnection }: Aggregate): boolean {
  return connections >= LEAST_CONNECTIONS && memoryBytesPerConnection !== null;
}

const MEMORY_PER_CONNECTION: Field<Aggregate> = {
  column: { ...numberColumn('mem', 'KiB/conn'), optional: true },
  cell: (row) => numberCell(tellsMemoryOfConnections(row) ? row.memoryBytesPerConnection : null, { factor: 1024 }),
};

const REACH: Field<Aggregate> = {
  column: numberColumn('reach', '%'),
  // Rounded down, so that only a complete reach is shown as 100.
  cell: ({ reach }) =>
    reach === null ? cell(NONE, 'faint') : cell(String(Math.floor(reach * 10_000) / 100), reach < 1 ? 'bad' : 'plain'),
};

const CPU_PER_REQUEST: Field<Aggregate> = {
  column: numberColumn('CPU', 'µs/req'),
  cell: (row) => numberCell(row.cpuMicrosPerRequest, { factor: 1 }),
};

/** Multiplied by gigabytes per second, this is the number of CPUs in use, which iperf3 shows. */
const CPU_PER_GIGABYTE: Field<Aggregate> = {
  column: numberColumn('CPU', 's/GB'),
  cell: (row) => numberCell(row.cpuSecondsPerGigabyte, { factor: 1 }),
};

function responseFields(rows: readonly Aggregate[]): Field<Aggregate>[] {
  const p50 = timeUnit(rows.map((row) => row.p50Micros));
  const p99 = timeUnit(rows.map((row) => row.p99Micros));
  return [
    { column: numberColumn('p50', p50.name), cell: (row) => numberCell(row.p50Micros, p50) },
    { column: numberColumn('p99', p99.name), cell: (row) => numberCell(row.p99Micros, p99) },
  ];
}

function bytesField(rows: readonly Aggregate[]): Field<Aggregate> {
  const unit = byteRateUnit(rows.map(({ bytesPerSecond }) => bytesPerSecond));
  return {
    column: numberColumn('throughput', unit.name),
    cell: (row) => (isFailed(row) ? FAILED : numberCell(row.bytesPerSecond, unit, bound(row))),
  };
}

function requestsCell(row: Aggregate): Cell {
  return isFailed(row) ? FAILED : cell(`${bound(row)}${formatCount(row.requestsPerSecond)}`);
}

const FAILED = cell('failed', 'bad');

function isFailed({ trials }: Aggregate): boolean {
  return trials.length === 0;
}

/** Marks a number that the generator limited. */
function bound({ saturated }: Aggregate): string {
  return saturated ? '≥' : '';
}

/** Shows how many connections were served when some were not: Jain's index alone would not show that. */
function fairnessCell(row: Aggregate): Cell {
  const { jain, starved, connections } = row;
  if (isFailed(row)) return cell(NONE, 'faint');
  // With stages, some connections are in use for too short a time to be counted as served or starved.
  if (starved > 0 && jain === null) return cell(`${starved} of ${connections} starved`, 'warning');
  if (starved > 0) return cell(`${connections - starved} of ${connections} served`, 'warning');
  return jain === null ? cell(NONE, 'faint') : cell(jain.toFixed(3));
}

function errorsCell(row: Aggregate): Cell {
  if (isFailed(row)) return cell(NONE, 'faint');
  return cell(formatCount(row.errors), row.errors > 0 ? 'bad' : 'plain');
}

function noteNumbers({ trials }: Aggregate, footnotes: Footnotes): number[] {
  const numbers = trials.flatMap(({ validity }) => validity.reasons.map((reason) => footnotes.add(reason)));
  return [...new Set(numbers)].sort((a, b) => a - b);
}
