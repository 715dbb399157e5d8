import { LoadProfile } from '../load/arrivals/profile.ts';
import type { LoadReport } from '../load/load-report.ts';
import type { OpeningReport } from '../load/thread-report.ts';
import type { Counts, DeliveryCounts, DropCause } from '../load/threads/counts.ts';
import type { Histogram } from '../measure/histogram.ts';
import { summarizeLatency } from '../measure/latency.ts';
import { hasMeasuredSize, isStamped } from '../model/app-workload.ts';
import { balanceOf, memberNames, type RunConfiguration, targetName } from '../model/configuration.ts';
import { meanSize } from '../model/message-sizes.ts';
import { growsInStages, mostConnections } from '../model/operating-point.ts';
import {
  type GeneratorUsage,
  type KernelUsage,
  type LatencySummary,
  type MeasuredTrial,
  type Reason,
  SATURATED,
  type ServerUsage,
  type Slice,
  type TimelinePoint,
} from '../model/trial.ts';
import { distanceFromConstant, distanceFromExponential } from '../stats/kolmogorov-smirnov.ts';
import { pointOf, type TrialSpec } from './planner.ts';

/** Everything that a trial measured. */
export interface Findings {
  readonly opening: OpeningReport;
  readonly load: LoadReport;
  readonly threads: number;
  readonly server: ServerUsage | null;
  readonly kernel: KernelUsage | null;
  readonly droppedByServer: number | null;
  /** As returned by {@link RunningTarget.lost}. */
  readonly lostProcesses: readonly string[];
  readonly timeline: TimelinePoint[];
  readonly slices: Slice[];
}

/** Returns a trial as stored in results, before it is judged. */
export function recordTrial(spec: TrialSpec, configuration: RunConfiguration, findings: Findings): MeasuredTrial {
  const { opening, load, server, kernel, timeline, slices } = findings;
  const stamped = load.latencies.service.max > 0;
  const balance = balanceOf(spec.target, configuration);
  return {
    model: spec.target.kind === 'model' ? spec.target.model : null,
    target: targetName(spec.target),
    ...(balance !== undefined && { balance }),
    ...targetShares(spec, load),
    ...(load.agents && { agents: [...load.agents] }),
    ...pointOf(spec),
    connections: mostConnections(spec),
    rate: offeredRate(spec, configuration, load.measuredSeconds),
    size: meanBytes(spec, load),
    round: spec.round,
    measuredSeconds: load.measuredSeconds,
    opening: { seconds: opening.seconds, opened: opening.opened, answered: opening.answered },
    requests: requestsOf(spec, findings),
    ...(load.statuses && { statuses: { ...load.statuses } }),
    ...examplesOf(load),
    ...(load.deliveries && { broadcast: broadcastOf(load.deliveries, load.measuredSeconds) }),
    throughput: throughputOf(spec, findings),
    latencyMicros: latenciesOf(load),
    ...(load.jitterNanos !== null && { jitterMicros: load.jitterNanos / 1000 }),
    // The index means nothing for connections that were in use for different times.
    fairness: { jain: growsInStages(spec) ? null : load.jain, starvedConnections: load.starvedConnections },
    server,
    ...(findings.lostProcesses.length > 0 && { lostProcesses: [...findings.lostProcesses] }),
    generator: generatorUsage(findings),
    meanInFlight: load.meanInFlight,
    arrivalCheck: arrivalCheck(load, spec),
    timestamps: stamped ? 'kernel' : 'user',
    notes: notesOn(load, spec, configuration),
    ...(spec.transport === 'udp' && {
      datagrams: { droppedByGenerator: load.droppedBySockets, droppedByServer: findings.droppedByServer },
    }),
    kernel,
    timeline,
    slices,
  };
}

/** Returns the share of the load of each of several targets. */
function targetShares({ target }: TrialSpec, { targets = [] }: LoadReport): Pick<MeasuredTrial, 'select' | 'targets'> {
  if (target.kind !== 'group') return {};
  const names = memberNames(target);
  const dueTo = ({ sent, dropped }: Counts) => sent + dropped;
  const dueToAll = targets.reduce((sum, { counts }) => sum + dueTo(counts), 0);
  const shares = targets.map(({ counts, response, service }, i) => {
    const { sent, completed, timedOut, errors, corrupted, dropped } = counts;
    return {
      target: names[i] ?? '',
      share: dueToAll === 0 ? 0 : dueTo(counts) / dueToAll,
      requests: { sent, completed, timedOut, errors, corrupted, dropped },
      latencyMicros: { response: summarizeLatency(response), ...known('service', service) },
    };
  });
  return { select: target.select, targets: shares };
}

/** Returns the first bad replies; nothing when there were none. */
function examplesOf({ examples }: LoadReport): Pick<MeasuredTrial, 'examples'> {
  if (examples === undefined) return {};
  const { refusal, corruption, tls } = examples;
  return {
    examples: {
      ...(refusal !== undefined && { refusal }),
      ...(corruption && { corruption: { ...corruption } }),
      ...(tls !== undefined && { tls }),
    },
  };
}

/** Returns the deliveries of a chat. What was not delivered by the end of the drain is lost. */
function broadcastOf(counts: DeliveryCounts, measuredSeconds: number): NonNullable<MeasuredTrial['broadcast']> {
  const { expected, delivered } = counts;
  return {
    ...counts,
    lost: expected - delivered,
    reach: expected === 0 ? 0 : delivered / expected,
    deliveriesPerSecond: delivered / measuredSeconds,
  };
}

/**
 * Returns the mean size of a message, rounded. Where the server decides it, replies are measured, HTTP headers included.
 */
function meanBytes({ app, exchange, sizes }: TrialSpec, { bytesPerSecond, requestsPerSecond }: LoadReport): number {
  if (!hasMeasuredSize(app, exchange)) return Math.round(meanSize(sizes));
  return requestsPerSecond === 0 ? 0 : Math.round(bytesPerSecond / requestsPerSecond);
}

/** Returns the mean rate offered while measuring, in requests/s; null in a closed loop. */
function offeredRate(
  { rate, stages }: TrialSpec,
  { requests, durationMs }: RunConfiguration,
  measuredSeconds: number,
): number | null {
  if (rate === null || stages.length === 0) return rate;
  const seconds = requests === null ? durationMs / 1000 : measuredSeconds;
  // The time measured begins after the warm-up.
  return new LoadProfile({ start: rate, stages, holdMs: 0 }).meanRate(0, seconds * 1e9);
}

function requestsOf(spec: TrialSpec, { load, droppedByServer }: Findings): MeasuredTrial['requests'] {
  const { counts } = load;
  const { sent, errors, corrupted, dropped, unsolicited, late, duplicated, reordered } = counts;
  const refused = load.refusals === undefined ? {} : { refusals: load.refusals };
  const common = { sent, errors, ...refused, corrupted, dropped, unsolicited, ...dropsOf(counts) };
  if (spec.transport !== 'udp') return { ...common, completed: counts.completed, timedOut: counts.timedOut };
  // One-way datagrams are not answered, but the server's socket counts those that it dropped.
  const lost = spec.workload === 'upload' ? Math.min(droppedByServer ?? 0, counts.completed) : counts.timedOut;
  const completed = spec.workload === 'upload' ? counts.completed - lost : counts.completed;
  return { ...common, completed, timedOut: lost, lost, late, duplicated, reordered };
}

/** Returns why requests were dropped; nothing when none were. */
function dropsOf(counts: Counts): Pick<MeasuredTrial['requests'], 'drops'> {
  if (counts.dropped === 0) return {};
  const { noConnection, refused, sendBuffer, noPort, unsent } = counts satisfies Readonly<Record<DropCause, number>>;
  return { drops: { noConnection, refused, sendBuffer, noPort, unsent } };
}

/** Returns throughput. One-way datagrams count only if the server's socket did not drop them. */
function throughputOf(spec: TrialSpec, findings: Findings): MeasuredTrial['throughput'] {
  const { requestsPerSecond, bytesPerSecond, counts } = findings.load;
  const { completed } = requestsOf(spec, findings);
  const arrived = counts.completed === 0 ? 1 : completed / counts.completed;
  return { requestsPerSecond: requestsPerSecond * arrived, bytesPerSecond: bytesPerSecond * arrived };
}

function latenciesOf({ latencies }: LoadReport): MeasuredTrial['latencyMicros'] {
  return {
    response: summarizeLatency(latencies.response),
    ...known('service', latencies.service),
    ...known('generatorLag', latencies.generatorLag),
    ...known('scheduleLag', latencies.scheduleLag),
    ...known('connect', latencies.connect),
    ...known('handshake', latencies.handshake),
  };
}

/** Returns a summary under its name; nothing when no value was recorded. */
function known<Name extends string>(name: Name, histogram: Histogram): { readonly [N in Name]?: LatencySummary } {
  return histogram.count === 0 ? {} : ({ [name]: summarizeLatency(histogram) } as Record<Name, LatencySummary>);
}

function generatorUsage({ load, threads }: Findings): GeneratorUsage {
  const { completed } = load.counts;
  return {
    cpuSeconds: load.cpuSeconds,
    cpuMicrosPerRequest: completed === 0 ? null : (load.cpuSeconds * 1e6) / completed,
    threads,
    utilization: load.utilization,
    saturated: load.utilization > SATURATED,
  };
}

function arrivalCheck({ gaps }: LoadReport, { arrivals }: TrialSpec): MeasuredTrial['arrivalCheck'] {
  if (gaps === null || gaps.length === 0) return null;
  const distance = arrivals === 'poisson' ? distanceFromExponential(gaps) : distanceFromConstant(gaps);
  return { gaps: gaps.length, distance };
}

/** Returns why there are no timestamps of the kernel although they were requested, and what to do. */
function whyUnstamped({ transport }: TrialSpec): string {
  if (!isStamped(transport)) {
    return (
      'the kernel records no arrival times on Unix-domain sockets, so only response times are known, which include ' +
      'what the generator adds: compare with tcp for service times'
    );
  }
  return (
    'the kernel gave no receive timestamps, so only response times are known: ' +
    'use a kernel that supports them (SO_TIMESTAMPNS), or --timestamps user'
  );
}

function notesOn(load: LoadReport, spec: TrialSpec, { timestamps }: RunConfiguration): Reason[] {
  const notes: Reason[] = (load.notes ?? []).map((note) => ({ ...note }));
  const wanted = timestamps === 'kernel' && (spec.workload === 'request-response' || spec.workload === 'broadcast');
  if (wanted && load.counts.completed > 0 && load.latencies.service.count === 0) {
    notes.push({ code: 'no-kernel-timestamps', message: whyUnstamped(spec) });
  }
  const { response, generatorLag } = load.latencies;
  if (!wanted && isStamped(spec.transport) && response.count > 0 && generatorLag.count === 0) {
    notes.push({
      code: 'lag-unknown',
      message:
        spec.workload === 'handshake'
          ? 'the kernel timestamps no handshake, so the lag of the generator is not known, and response times include it'
          : 'without kernel timestamps, the lag of the generator is not known, and response times include it: ' +
            'leave out --timestamps user',
    });
  }
  if (load.portsExhausted > 0) {
    notes.push({
      code: 'ports-exhausted',
      message:
        `${load.portsExhausted} connections found no local port, so their requests were never sent: closed ` +
        'connections keep theirs for a minute (TIME_WAIT); lower the rate, measure for a shorter time, or widen ' +
        'net.ipv4.ip_local_port_range',
    });
  }
  return notes;
}
