import { Histogram } from '../measure/histogram.ts';
import type { AgentLoadRecord } from '../model/fleet.ts';
import type { ReplyExamples } from './ledger/bad-replies.ts';
import type { ProtocolNote } from './protocols/protocol.ts';
import { mergeTargetReports, type TargetLoad } from './targets/tally.ts';
import type { OpeningReport, ThreadReport } from './thread-report.ts';
import type { DeliveryCounts } from './threads/counts.ts';
import { type Counts, sumCounts } from './threads/counts.ts';
import { type LatencyName, latencyNames } from './threads/live.ts';

/** What all threads of a generator measured together. */
export interface LoadReport {
  readonly counts: Counts;
  /** Requests completed while measuring, per second; replies that came in the drain do not count. */
  readonly requestsPerSecond: number;
  /** Payload bytes of those requests, or bytes that went one way, per second. */
  readonly bytesPerSecond: number;
  readonly measuredSeconds: number;
  /** Histograms by name; an empty one was not measured. */
  readonly latencies: Readonly<Record<LatencyName, Histogram>>;
  readonly cpuSeconds: number;
  /** Share of its time in which the busiest thread worked on a CPU. */
  readonly utilization: number;
  /** Jain's index, from 1/connections to 1; R. Jain, D. Chiu, W. Hawe, DEC-TR-301, 1984. */
  readonly jain: number;
  readonly starvedConnections: number;
  /** Requests in flight or waiting for a connection: mean over the time measured. */
  readonly meanInFlight: number;
  /** Sum over requests of the time each was in flight or waiting, until the last one ended: drain included. */
  readonly inFlightSeconds: number;
  /** Distances between a thread's requests in operational time, where the mean is 1; null in a closed loop. */
  readonly gaps: Float64Array | null;
  /** RFC 3550's interarrival jitter, in nanoseconds; null where it does not apply. */
  readonly jitterNanos: number | null;
  /** Datagrams that arrived while the receive buffers of the generator's own sockets were full. */
  readonly droppedBySockets: number;
  /** Attempts to connect for which no local port was left. */
  readonly portsExhausted: number;
  /** One load for each target, in order, where there are several. */
  readonly targets?: readonly TargetLoad[];
  /** Complete replies that refused their requests, and so count as errors; absent where replies cannot refuse. */
  readonly refusals?: number;
  readonly examples?: ReplyExamples;
  /** Replies by status code, for protocols with status. */
  readonly statuses?: Readonly<Record<string, number>>;
  /** What protocols have to report, once each. */
  readonly notes?: readonly ProtocolNote[];
  /** Broadcast only, which a single thread runs. */
  readonly deliveries?: DeliveryCounts;
  /** The part of each agent, where agents made the load. */
  readonly agents?: readonly AgentLoadRecord[];
}

/** The histograms of a thread, or of several together. */
export type Latencies = Readonly<Record<LatencyName, Histogram>>;

/** Returns empty histograms. */
export function noLatencies(): Latencies {
  return mergeLatencies([]);
}

/** Adds up the threads' reports of opening their connections. */
export function mergeOpenings(reports: readonly OpeningReport[]): OpeningReport {
  return {
    seconds: Math.max(...reports.map((report) => report.seconds)),
    opened: reports.reduce((sum, report) => sum + report.opened, 0),
    answered: reports.reduce((sum, report) => sum + report.answered, 0),
    lastErrno: reports.find((report) => report.lastErrno !== 0)?.lastErrno ?? 0,
    examples: reports.find(({ examples }) => examples !== undefined)?.examples,
  };
}

/** Adds up the threads' reports. @param latencies of all of them together. */
export function mergeReports(reports: readonly ThreadReport[], latencies: Latencies): LoadReport {
  const total = (of: (report: ThreadReport) => number) => reports.reduce((sum, report) => sum + of(report), 0);
  const gaps = reports.flatMap(({ gaps }) => (gaps === null ? [] : [...gaps]));
  const deliveries = reports.find((report) => report.deliveries !== undefined)?.deliveries;
  const jitters = reports.flatMap(({ jitterNanos }) => jitterNanos ?? []);
  return {
    counts: sumCounts(reports.map(({ counts }) => counts)),
    requestsPerSecond: total(({ completedInTime, measuredSeconds }) => completedInTime / measuredSeconds),
    bytesPerSecond: total(({ bytesInTime, measuredSeconds }) => bytesInTime / measuredSeconds),
    measuredSeconds: Math.max(...reports.map(({ measuredSeconds }) => measuredSeconds)),
    latencies,
    cpuSeconds: total(({ cpuSeconds }) => cpuSeconds),
    utilization: Math.max(...reports.map(utilizationOf)),
    jain: jainIndex(
      total(({ fairness }) => fairness.sum),
      total(({ fairness }) => fairness.sumOfSquares),
      total(({ used }) => used),
    ),
    starvedConnections: total(({ fairness }) => fairness.starved),
    meanInFlight: total(({ meanInFlight }) => meanInFlight),
    inFlightSeconds: total(({ inFlightSeconds }) => inFlightSeconds),
    gaps: reports.some((report) => report.gaps !== null) ? Float64Array.from(gaps) : null,
    jitterNanos: jitters.length === 0 ? null : jitters.reduce((sum, jitter) => sum + jitter, 0) / jitters.length,
    droppedBySockets: total(({ droppedBySockets }) => droppedBySockets),
    portsExhausted: total(({ portsExhausted }) => portsExhausted),
    ...mergeTargets(reports),
    ...sumStatuses(reports),
    ...mergeNotes(reports),
    ...sumRefusals(reports),
    ...firstExamples(reports),
    ...(deliveries && { deliveries }),
  };
}

/** Merges the reports of each target; returns nothing where there is only one target. */
function mergeTargets(reports: readonly ThreadReport[]): Pick<LoadReport, 'targets'> {
  const { targets } = reports[0] ?? {};
  if (targets === undefined) return {};
  return { targets: targets.map((_, i) => mergeTargetReports(reports.flatMap((report) => report.targets?.[i] ?? []))) };
}

/** Adds up replies by status; returns nothing when no thread counts them. */
function sumStatuses(reports: readonly ThreadReport[]): Pick<LoadReport, 'statuses'> {
  if (reports.every(({ statuses }) => statuses === undefined)) return {};
  const sum: Record<string, number> = {};
  for (const [status, count] of reports.flatMap(({ statuses = {} }) => Object.entries(statuses))) {
    sum[status] = (sum[status] ?? 0) + count;
  }
  return { statuses: sum };
}

/** Returns each note once; nothing when there are none. */
function mergeNotes(reports: readonly ThreadReport[]): Pick<LoadReport, 'notes'> {
  const notes = new Map(reports.flatMap((report) => (report.notes ?? []).map((note) => [note.code, note])));
  return notes.size === 0 ? {} : { notes: [...notes.values()] };
}

/** Adds up replies that refused their requests; returns nothing when no thread counts them. */
function sumRefusals(reports: readonly ThreadReport[]): Pick<LoadReport, 'refusals'> {
  const counted = reports.flatMap(({ refusals }) => refusals ?? []);
  return counted.length === 0 ? {} : { refusals: counted.reduce((sum, count) => sum + count, 0) };
}

/** Returns the first example of each kind that a thread has; nothing when none has any. */
function firstExamples(reports: readonly ThreadReport[]): Pick<LoadReport, 'examples'> {
  const examples: ReplyExamples = Object.assign({}, ...reports.map((report) => report.examples ?? {}).reverse());
  return Object.keys(examples).length === 0 ? {} : { examples };
}

/** Returns a copy of what all threads recorded in the histogram of a name. */
export function mergeHistograms(views: readonly Latencies[], name: LatencyName): Histogram {
  const all = new Histogram();
  for (const view of views) all.add(view[name]);
  return all;
}

/** Returns a copy of what all threads recorded. */
export function mergeLatencies(views: readonly Latencies[]): Latencies {
  return Object.fromEntries(latencyNames.map((name) => [name, mergeHistograms(views, name)])) as Record<
    LatencyName,
    Histogram
  >;
}

function utilizationOf({ cpuSeconds, spunSeconds, measuredSeconds }: ThreadReport): number {
  return Math.max(0, cpuSeconds - spunSeconds) / measuredSeconds;
}

/** Returns Jain's fairness index of n shares x: (Σx)² / (n·Σx²). It is 1 when all shares are zero. */
export function jainIndex(sum: number, sumOfSquares: number, n: number): number {
  return sumOfSquares === 0 ? 1 : (sum * sum) / (n * sumOfSquares);
}
