import { failedRequests } from '../../../bench/model/failed-requests.ts';
import { type Statistic, statistics } from '../../../bench/model/latency-metrics.ts';
import type { LatencySummary, Trial } from '../../../bench/model/trial.ts';
import { median } from '../../../bench/stats/median.ts';
import { numberCell, numberColumn } from '../../text/cells.ts';
import { formatCount, formatNumber, formatPlural, NONE, timeUnit } from '../../text/quantities.ts';
import { type Cell, type Column, cell, type Row, type Table } from '../../text/table.ts';

const SHOWN = ['p50', 'p90', 'p99'] as const satisfies readonly Statistic[];

/** What both load generators record of a round. */
interface Measured {
  readonly throughput: { readonly requestsPerSecond: number };
  readonly latencyMicros: { readonly response: LatencySummary };
  readonly requests: { readonly timedOut: number };
  readonly statuses?: Readonly<Record<string, number>> | undefined;
  readonly generator: { readonly cpuMicrosPerRequest: number | null; readonly saturated: boolean };
}

/** One load generator in all rounds: medians, except for counts, which are summed. NaN where nothing was completed. */
interface Side {
  readonly name: string;
  readonly requestsPerSecond: number;
  /** True when the generator was the limit in some round. */
  readonly isSaturated: boolean;
  readonly micros: Readonly<Record<(typeof SHOWN)[number], number>>;
  readonly failed: number;
  readonly timedOut: number;
  /** Replies with a status other than 2xx. */
  readonly non2xx: number;
  readonly cpuMicros: number;
}

/** One column: the cell of each generator, and the value that their ratio compares. */
interface Figure {
  readonly column: Column;
  readonly cell: (side: Side) => Cell;
  readonly compared?: (side: Side) => number;
}

/**
 * Returns the numbers of both load generators side by side, of the rounds that both measured; null when there are none.
 */
export function secondOpinionTable(trials: readonly Trial[]): Table | null {
  const both = trials.filter(({ secondOpinion }) => secondOpinion !== undefined);
  const opinions = both.flatMap(({ secondOpinion }) => secondOpinion ?? []);
  const [first] = opinions;
  if (first === undefined) return null;
  const ours = sideOf('sockbench', both, both.map(failedRequests));
  const failures = opinions.map(({ requests }) => requests.errors + requests.timedOut);
  const theirs = sideOf(`${first.engine} ${first.version}`, opinions, failures);
  const figures = figuresOf([ours, theirs]);
  const rounds = both.length > 1 ? `, medians of ${formatPlural(both.length, 'round')}` : '';
  const rows = [ours, theirs].map((side): Row => [cell(side.name), ...figures.map((figure) => figure.cell(side))]);
  const ratios = [cell('ratio'), ...figures.map((figure) => ratioCell(figure, ours, theirs))];
  return {
    title: `Second opinion${rounds}`,
    columns: [{ title: 'load from', align: 'left' }, ...figures.map(({ column }) => column)],
    groups: [{ label: null, rows: [...rows, ratios] }],
  };
}

/** Why a round has no second opinion. */
interface FailedOpinion {
  readonly where: string;
  readonly message: string;
  readonly stderr: readonly string[];
}

/** Returns why rounds have no second opinion, although one was requested. */
export function failedOpinions(trials: readonly Trial[]): FailedOpinion[] {
  return trials.flatMap(({ target, round, secondOpinionFailure: failure }) => {
    if (failure === undefined) return [];
    return [
      { where: `second opinion about ${target}, round ${round}`, message: failure.message, stderr: failure.stderr },
    ];
  });
}

/** @param failures number of requests that failed in any way, round by round. */
function sideOf(name: string, rounds: readonly Measured[], failures: readonly number[]): Side {
  const responses = rounds.map(({ latencyMicros }) => latencyMicros.response).filter(({ count }) => count > 0);
  const medians = SHOWN.map((statistic) => [statistic, median(responses.map((response) => response[statistic]))]);
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
  return {
    name,
    requestsPerSecond: median(rounds.map(({ throughput }) => throughput.requestsPerSecond)),
    isSaturated: rounds.some(({ generator }) => generator.saturated),
    micros: Object.fromEntries(medians),
    failed: sum(failures),
    timedOut: sum(rounds.map(({ requests }) => requests.timedOut)),
    non2xx: sum(rounds.map(({ statuses = {} }) => non2xx(statuses))),
    cpuMicros: median(rounds.flatMap(({ generator }) => generator.cpuMicrosPerRequest ?? [])),
  };
}

function non2xx(statuses: Readonly<Record<string, number>>): number {
  return Object.entries(statuses).reduce((sum, [status, count]) => (status.startsWith('2') ? sum : sum + count), 0);
}

function figuresOf(sides: readonly Side[]): Figure[] {
  return [
    {
      column: numberColumn('req/s'),
      cell: ({ requestsPerSecond, isSaturated }) => cell(`${isSaturated ? '≥' : ''}${formatCount(requestsPerSecond)}`),
      compared: ({ requestsPerSecond }) => requestsPerSecond,
    },
    ...SHOWN.map((statistic): Figure => {
      const unit = timeUnit(sides.map(({ micros }) => micros[statistic]).filter((each) => !Number.isNaN(each)));
      return {
        column: numberColumn(statistics[statistic].title, unit.name),
        cell: ({ micros }) => numberCell(micros[statistic], unit),
        compared: ({ micros }) => micros[statistic],
      };
    }),
    countFigure('errors', ({ failed }) => failed),
    countFigure('timed out', ({ timedOut }) => timedOut),
    countFigure('not 2xx', (side) => side.non2xx),
    {
      column: numberColumn('load CPU', 'µs/req'),
      cell: ({ cpuMicros }) => numberCell(cpuMicros, { factor: 1 }),
      compared: ({ cpuMicros }) => cpuMicros,
    },
  ];
}

/** A count of faults, whose ratio would mean nothing. */
function countFigure(title: string, countOf: (side: Side) => number): Figure {
  return {
    column: numberColumn(title),
    cell: (side) => cell(formatCount(countOf(side)), countOf(side) > 0 ? 'bad' : 'plain'),
  };
}

/** Returns the ratio of medians, ours ÷ the other; a dash where there is none. */
function ratioCell({ compared }: Figure, ours: Side, theirs: Side): Cell {
  const ratio = compared === undefined ? Number.NaN : compared(ours) / compared(theirs);
  return Number.isFinite(ratio) ? cell(formatNumber(ratio)) : cell(NONE, 'faint');
}
