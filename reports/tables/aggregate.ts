import { hasMeasuredSize } from '../../bench/model/app-workload.ts';
import type { Metric } from '../../bench/model/metric.ts';
import { isOpeningGivenUp, type MetricName, metricNames, metricOf } from '../../bench/model/metrics.ts';
import type { Failure, Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { worksOf, workWords } from '../../bench/model/work-words.ts';
import { median } from '../../bench/stats/median.ts';
import { appNames } from '../../servers/apps/app-catalog.ts';
import { type TransportName, transportNames } from '../../servers/transport.ts';

/** All rounds of one target at one operating point, as one row of a table. */
export interface Aggregate {
  readonly target: string;
  readonly connections: number;
  /** Completed trials. */
  readonly trials: readonly Trial[];
  readonly failures: readonly Failure[];
  /** Each metric over all rounds: the median of the rounds that measured it, or the sum; null when none did. */
  readonly values: Readonly<Record<MetricName, number | null>>;
  /** True when in some round opening ended before every connection was answered. */
  readonly openingGivenUp: boolean;
  /** True when the generator was saturated in some round. The server may be able to do more. */
  readonly saturated: boolean;
}

/** The content of one table: trials that differ only in target, connections and round. */
export interface Comparable {
  /** The app of the servers. */
  readonly app: string;
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

type ComparedScenario = Pick<Comparable, 'app' | 'transport' | 'work' | 'cpus'>;

/** Apps in the order of their catalog, without work first, then transports in theirs, then fewest CPUs first. */
function scenariosOf(outcomes: readonly (Trial | Failure)[]): ComparedScenario[] {
  const cpuCounts = [...new Set(outcomes.map(({ cpus }) => cpus))].sort((a = 0, b = 0) => a - b);
  const apps = appNames.filter((name) => outcomes.some(({ app }) => app === name));
  const rest = worksOf(outcomes).flatMap((work) =>
    transportNames.flatMap((transport) => cpuCounts.map((cpus) => ({ transport, work, cpus }))),
  );
  return apps.flatMap((app) => rest.map((each) => ({ app, ...each })));
}

function isOf(outcome: Trial | Failure, { app, transport, work, cpus }: ComparedScenario): boolean {
  const isServed = outcome.app === app && outcome.transport === transport;
  return isServed && workWords(outcome) === work && outcome.cpus === cpus;
}

/** Returns a text that is the same for trials of one table: all properties of the load but the connections. */
export function pointKey(trial: Trial): string {
  const {
    transport,
    app,
    workload,
    exchange,
    connection,
    size,
    sizes,
    pipelining,
    rate,
    arrivals,
    stages,
    work,
    cacheHit,
    cpus,
  } = trial;
  // In stages the rate is the mean of what was offered, which varies with the time at which a trial ended.
  const steady = stages.length > 0 && rate !== null ? 'in stages' : rate;
  // A measured size varies between servers and between rounds.
  const requestedSize = hasMeasuredSize(app, exchange) ? null : size;
  return JSON.stringify([
    transport,
    app,
    workload,
    exchange,
    connection,
    requestedSize,
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
  const { target = '', connections = 0 } = trials[0] ?? failures[0] ?? {};
  const values = metricNames.map((name) => [name, overRounds(metricOf(name), trials)] as const);
  return {
    ...{ target, connections, trials, failures },
    values: Object.fromEntries(values) as Aggregate['values'],
    openingGivenUp: trials.some(isOpeningGivenUp),
    saturated: trials.some(({ generator }) => generator.saturated),
  };
}

function overRounds({ read, overRounds }: Metric, trials: readonly Trial[]): number | null {
  const known = trials.map(read).filter((value) => value !== null && value !== undefined);
  if (known.length === 0) return null;
  return overRounds === 'sum' ? known.reduce((sum, value) => sum + value, 0) : median(known);
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
