import { speaksHttp } from '../../bench/model/app-workload.ts';
import { failedRequests } from '../../bench/model/failed-requests.ts';
import type { Failure, Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { worksOf, workWords } from '../../bench/model/work-words.ts';
import { median } from '../../bench/stats/median.ts';
import { type TransportName, transportNames } from '../../servers/transport.ts';

/**
 * All rounds of one target at one operating point, as one row of a table. Medians over rounds unless stated otherwise.
 */
export interface Aggregate {
  readonly target: string;
  readonly connections: number;
  /** Completed trials. The medians are over these; without any they are NaN. */
  readonly trials: readonly Trial[];
  readonly failures: readonly Failure[];
  readonly requestsPerSecond: number;
  readonly bytesPerSecond: number;
  /** True when response times were measured. One-way workloads have none. */
  readonly responded: boolean;
  readonly p50Micros: number;
  readonly p99Micros: number;
  /** Null where the server's process could not be observed, because it was not started here. */
  readonly cpuMicrosPerRequest: number | null;
  readonly cpuSecondsPerGigabyte: number | null;
  readonly peakPssBytes: number | null;
  readonly memoryBytesPerConnection: number | null;
  readonly openingMicros: number;
  /** True when in some round opening ended before every connection was answered. */
  readonly openingGivenUp: boolean;
  /** Chat only: delivered lines as a share of the lines that should be delivered; null otherwise. */
  readonly reach: number | null;
  /** Null where no round has it. */
  readonly jain: number | null;
  /** Connections that received nothing, rounded to a whole number. */
  readonly starved: number;
  /** Requests that failed in any way, summed over all rounds: a median could hide them. */
  readonly errors: number;
  /** True when the generator was saturated in some round. The server may be able to do more. */
  readonly saturated: boolean;
}

/** The content of one table: trials that differ only in target, connections and round. */
export interface Comparable {
  readonly transport: TransportName;
  /** The server's work for each request, in words; null: none. */
  readonly work: string | null;
  /** CPUs assigned to the server; undefined where that was not varied. */
  readonly cpus: number | undefined;
  /** A trial with the other properties that all have in common; undefined when nothing was measured. */
  readonly point: Trial | undefined;
  readonly aggregates: readonly Aggregate[];
}

/** Groups a result's trials and failures into tables, and each table's into rows in order of first appearance. */
export function aggregate({ trials, failures }: Result): Comparable[] {
  const tables = [...groupBy(trials, pointKey).values()];
  return scenariosOf([...trials, ...failures]).flatMap((scenario): Comparable[] => {
    const failed = failures.filter((failure) => isOf(failure, scenario));
    const measured = tables.filter(([first]) => first && isOf(first, scenario));
    // A failure contains only these properties and connections, so it goes into the first table.
    const [first = [], ...rest] = measured;
    if (first.length + failed.length === 0) return [];
    return [
      { ...scenario, point: first[0], aggregates: aggregates(first, failed) },
      ...rest.map((table) => ({ ...scenario, point: table[0], aggregates: aggregates(table, []) })),
    ];
  });
}

type ComparedScenario = Pick<Comparable, 'transport' | 'work' | 'cpus'>;

/** Without work first, then transports in their declared order, then fewest CPUs first. */
function scenariosOf(outcomes: readonly (Trial | Failure)[]): ComparedScenario[] {
  const cpuCounts = [...new Set(outcomes.map(({ cpus }) => cpus))].sort((a = 0, b = 0) => a - b);
  return worksOf(outcomes).flatMap((work) =>
    transportNames.flatMap((transport) => cpuCounts.map((cpus) => ({ transport, work, cpus }))),
  );
}

function isOf(outcome: Trial | Failure, { transport, work, cpus }: ComparedScenario): boolean {
  return outcome.transport === transport && workWords(outcome) === work && outcome.cpus === cpus;
}

function pointKey(trial: Trial): string {
  const {
    transport,
    app,
    workload,
    connection,
    size,
    sizes,
    pipelining,
    rate,
    arrivals,
    stages = [],
    work,
    cacheHit,
    cpus,
  } = trial;
  // In stages the rate is the mean of what was offered, which varies with the time at which a trial ended.
  const steady = stages.length > 0 && rate !== null ? 'in stages' : rate;
  // The size of an HTTP reply is measured, not requested: it varies between servers and between rounds.
  const asked = speaksHttp(app) ? null : size;
  return JSON.stringify([
    transport,
    app,
    workload,
    connection,
    asked,
    sizes,
    pipelining,
    steady,
    arrivals,
    stages,
    work,
    cacheHit,
    cpus,
  ]);
}

function rowKey({ target, connections }: Trial | Failure): string {
  return JSON.stringify([target, connections]);
}

function aggregates(trials: readonly Trial[], failures: readonly Failure[]): Aggregate[] {
  const measured = groupBy(trials, rowKey);
  const failed = groupBy(failures, rowKey);
  return [...new Set([...measured.keys(), ...failed.keys()])].map((key) =>
    aggregateRow(measured.get(key) ?? [], failed.get(key) ?? []),
  );
}

function aggregateRow(trials: readonly Trial[], failures: readonly Failure[]): Aggregate {
  const over = (value: (trial: Trial) => number) => median(trials.map(value));
  const { target = '', connections = 0 } = trials[0] ?? failures[0] ?? {};
  return {
    target,
    connections,
    trials,
    failures,
    requestsPerSecond: over((trial) => trial.throughput.requestsPerSecond),
    bytesPerSecond: over((trial) => trial.throughput.bytesPerSecond),
    responded: trials.some(({ latencyMicros }) => latencyMicros.response.count > 0),
    p50Micros: over((trial) => trial.latencyMicros.response.p50),
    p99Micros: over((trial) => trial.latencyMicros.response.p99),
    cpuMicrosPerRequest: knownMedian(trials.map(({ server }) => server?.cpuMicrosPerRequest)),
    cpuSecondsPerGigabyte: knownMedian(trials.map(cpuSecondsPerGigabyte)),
    peakPssBytes: knownMedian(trials.map(({ server }) => server?.peakPssBytes || null)),
    memoryBytesPerConnection: knownMedian(trials.map(({ server }) => server?.memoryBytesPerConnection)),
    openingMicros: over(({ opening }) => opening.seconds * 1e6),
    openingGivenUp: trials.some(isOpeningGivenUp),
    reach: knownMedian(trials.map(({ broadcast }) => broadcast?.reach)),
    jain: knownMedian(trials.map(({ fairness }) => fairness.jain)),
    starved: Math.round(over(({ fairness }) => fairness.starvedConnections)),
    errors: trials.reduce((sum, trial) => sum + failedRequests(trial), 0),
    saturated: trials.some(({ generator }) => generator.saturated),
  };
}

/** When the number of connections grows in stages, not all are opened at first. */
function isOpeningGivenUp({ opening, connections, rate, stages = [] }: Trial): boolean {
  const grows = rate === null && stages.length > 0;
  return opening.answered < (grows ? opening.opened : connections);
}

/** Null when the server was not observed, or no bytes were transferred. */
function cpuSecondsPerGigabyte({ server, throughput, measuredSeconds }: Trial): number | null {
  const bytes = throughput.bytesPerSecond * measuredSeconds;
  return server === null || bytes === 0 ? null : (server.cpuSeconds * 1e9) / bytes;
}

function knownMedian(values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value !== null && value !== undefined);
  return known.length > 0 ? median(known) : null;
}

/** Map.groupBy needs Node 21. */
function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
