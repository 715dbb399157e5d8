import type { Comparison, Failure, Result } from '../../bench/model/result.ts';
import { workWords } from '../../bench/model/work-words.ts';
import { detailTables } from '../details/detail-tables.ts';
import { overTime } from '../details/over-time.ts';
import { failedOpinions } from '../details/second-opinion.ts';
import { aggregate, type Comparable } from '../tables/aggregate.ts';
import { capacityTable } from '../tables/capacity.ts';
import { comparisonTable } from '../tables/comparison.ts';
import { scalingPlots, scalingTables } from '../tables/scaling.ts';
import { Footnotes } from '../text/footnotes.ts';
import type { Plot } from '../text/plot.ts';
import { formatBytes, formatCount, formatPlural, formatSeconds } from '../text/quantities.ts';
import type { OverTime } from '../text/sparkline.ts';
import type { Table } from '../text/table.ts';

/** A result in reading order, in no particular format. */
export interface Summary {
  /** What was run, and where. */
  readonly heading: readonly string[];
  readonly tables: readonly Table[];
  /** Sweeps only: the curves. */
  readonly plots: readonly Plot[];
  /** A single load that lasted for a while: how it went. */
  readonly overTime?: OverTime;
  /** A single load on a single target: everything known of it. A sweep: how the targets scale. */
  readonly details: readonly Table[];
  /** Numbered from 1 by their position; the tables refer to them. */
  readonly footnotes: readonly string[];
  readonly failures: readonly FailureReport[];
  /** The conclusions that the result justifies. */
  readonly statements: readonly string[];
}

/** Trials that failed in the same way. */
export interface FailureReport {
  /** Target, transport, work, connections and rounds. */
  readonly where: string;
  readonly message: string;
  /** The last lines of the server's stderr. */
  readonly stderr: readonly string[];
}

/** Arranges a result for reading. Pure; every number that a report shows comes from here. */
export function summarize(result: Result): Summary {
  const footnotes = new Footnotes(result.capacity ? 'target' : 'trial');
  const tables = tablesOf(result, footnotes);
  const scaling = scalingTables(result, footnotes);
  const course = result.plan.command === 'run' ? overTime(result.trials) : null;
  for (const warning of result.warnings) footnotes.add(warning);
  return {
    heading: heading(result),
    tables,
    plots: scalingPlots(result),
    ...(course && { overTime: course }),
    details: [...scaling, ...detailTables(result)],
    footnotes: footnotes.texts(),
    failures: [...failureReports(result.failures), ...failedOpinions(result.trials)],
    statements: [...interruption(result), ...result.verdict.statements],
  };
}

function tablesOf(result: Result, footnotes: Footnotes): Table[] {
  // The trials of a search have different rates, so rows side by side would be meaningless.
  if (result.capacity) return result.capacity.length === 0 ? [] : [capacityTable(result, footnotes)];
  return aggregate(result).map((comparable) =>
    comparisonTable(comparable, comparisonOf(result, comparable)?.rankings, footnotes),
  );
}

/** Returns the comparison of a table's targets. */
function comparisonOf({ comparison }: Result, { app, transport, work, cpus }: Comparable): Comparison | undefined {
  const alike = Object.entries(comparison)
    .filter(([key, each]) => (each.transport ?? key) === transport && (each.work ?? null) === work)
    .map(([, each]) => each)
    .filter((each) => each.cpus === cpus);
  return alike.find((each) => each.app === app) ?? alike.find((each) => each.app === undefined);
}

/** Describes the machine on which a result was measured. */
export function machineLine({ environment }: Result): string {
  const { cpuModel, cpus, memoryBytes, kernel, arch, node, virtualized } = environment;
  return [
    `${cpuModel}, ${formatPlural(cpus, 'CPU')}${virtualized ? ' (virtual)' : ''}`,
    formatBytes(memoryBytes),
    `${kernel} ${arch}`,
    `Node ${node.replace(/^v/, '')}`,
  ].join(', ');
}

function heading(result: Result): string[] {
  const { plan, environment } = result;
  const { rounds, warmupSeconds, threads, serverCpus, loadCpus, seed, timestamps } = plan;
  const protocol = [
    ...(plan.capacity ? [] : [`medians of ${formatPlural(rounds, 'round')}`]),
    `${extent(plan)} after ${formatSeconds(warmupSeconds)} of warm-up`,
    `load from ${formatPlural(threads, 'thread')}`,
    `CPUs: servers ${cpuList(serverCpus)}, load ${cpuList(loadCpus)}`,
    `seed ${seed}`,
    ...(timestamps === 'user' ? ['replies timestamped in user space, not by the kernel'] : []),
  ];
  return [`${machineLine(result)}, sockbench ${environment.sockbench}`, protocol.join('; ')];
}

/** Describes how long a trial measures. */
function extent({ durationSeconds, requests, capacity }: Result['plan']): string {
  const time = formatSeconds(durationSeconds);
  if (capacity)
    return `short trials of ${time} and confirmation windows of ${formatSeconds(capacity.confirmSeconds)}, each`;
  return requests ? `${formatCount(requests)} requests each, ${time} at most,` : `${time} each`;
}

/** Formats CPUs as taskset(1) does: `0,2-3`. */
function cpuList(cpus: readonly number[]): string {
  if (cpus.length === 0) return 'any';
  const sorted = [...cpus].sort((a, b) => a - b);
  const starts = sorted.filter((cpu) => !sorted.includes(cpu - 1));
  return starts
    .map((start) => {
      let end = start;
      while (sorted.includes(end + 1)) end += 1;
      return end > start ? `${start}-${end}` : `${start}`;
    })
    .join(',');
}

function interruption({ interrupted, trials, failures, plan }: Result): string[] {
  if (!interrupted) return [];
  if (plan.capacity) return [`Interrupted after ${formatPlural(trials.length, 'trial')}: these results are partial.`];
  const points = [plan, ...(plan.scenarios ?? [])].reduce(
    (sum, { transports, connections }) => sum + transports.length * connections.length,
    0,
  );
  const planned = plan.trials ?? plan.models.length * points * plan.rounds;
  return [`Interrupted after ${trials.length + failures.length} of ${planned} trials: these results are partial.`];
}

/** Reports rounds of one target that failed alike once. */
function failureReports(failures: readonly Failure[]): FailureReport[] {
  const alike = new Map<string, Failure[]>();
  for (const failure of failures) {
    const { target, transport, cpus, connections, message } = failure;
    const key = JSON.stringify([target, transport, workWords(failure), cpus, connections, message]);
    alike.set(key, [...(alike.get(key) ?? []), failure]);
  }
  return [...alike.values()].flatMap((group) => {
    const last = group.at(-1);
    if (!last) return [];
    const rounds = `${group.length > 1 ? 'rounds' : 'round'} ${group.map(({ round }) => round).join(', ')}`;
    const work = workWords(last);
    const given = last.cpus === undefined ? [] : [formatPlural(last.cpus, 'CPU')];
    const where = [
      ...[last.target, last.transport, ...(work ? [work] : []), ...given],
      formatPlural(last.connections, 'connection'),
    ];
    return [{ where: [...where, rounds].join(', '), message: last.message, stderr: last.stderr }];
  });
}
