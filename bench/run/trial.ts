import { setTimeout as sleep } from 'node:timers/promises';
import { formatAddress } from '../../sockets/address.ts';
import { SystemError } from '../../sockets/errno.ts';
import type { OpeningReport } from '../load/engine.ts';
import { Generator, type LoadPlan, type LoadReport } from '../load/generator.ts';
import { nowNanos } from '../measure/clock.ts';
import { countedBetween, type KernelCounters, readKernelCounters } from '../measure/kernel-counters.ts';
import { summarizeLatency } from '../measure/latency.ts';
import { type TreeMemory, type TreeUsage, treeMemory, treeUsage } from '../measure/procfs.ts';
import { Timeline } from '../measure/timeline.ts';
import { type RunConfiguration, targetName } from '../model/configuration.ts';
import { TargetError } from '../model/errors.ts';
import { meanSize } from '../model/message-sizes.ts';
import type { GeneratorUsage, KernelUsage, ServerUsage, TimelinePoint, Trial } from '../model/result.ts';
import type { Phase } from './observer.ts';
import type { Placement } from './placement.ts';
import type { TrialSpec } from './planner.ts';
import { type RunningTarget, startTarget } from './target.ts';
import { judgeTrial } from './validity.ts';

/** Watches one trial: told of each phase, and given the generator once there is one. */
export interface TrialObserver {
  phase(phase: Phase): void;
  loading(generator: Generator): void;
}

/** Unanswered requests are waited for at most this long after measuring. */
const DRAIN_LIMIT_MS = 500;
/** Above this share of a CPU the generator may have been the limit. */
const SATURATED = 0.9;

/** What the server had used, and the clients completed, at one moment. */
interface Sample {
  readonly completed: number;
  readonly usage: TreeUsage | null;
}

/**
 * One trial: a fresh server at one operating point: start, open, warm up, measure, drain, stop.
 * @throws {TargetError} when the target does not start, does not answer or dies; it is stopped then, too.
 */
export async function runTrial(
  spec: TrialSpec,
  configuration: RunConfiguration,
  placement: Placement,
  observer: TrialObserver,
  signal: AbortSignal,
): Promise<Trial> {
  observer.phase('starting');
  const { app } = configuration;
  const target = await startTarget(spec.target, { transport: spec.transport, app, cpus: placement.serverCpus });
  const generator = new Generator({
    point: spec,
    address: target.address,
    threads: placement.threads,
    cpus: placement.loadCpus,
    arrivals: arrivalsOf(spec, configuration),
    timeoutMs: configuration.timeoutMs,
    openTimeoutMs: configuration.openTimeoutMs,
  });
  observer.loading(generator);
  try {
    return await Promise.race([
      measure(spec, configuration, target, generator, observer),
      target.died,
      aborted(signal),
    ]);
  } finally {
    observer.phase('stopping');
    await generator.stop();
    await target.stop();
  }
}

async function measure(
  spec: TrialSpec,
  configuration: RunConfiguration,
  target: RunningTarget,
  generator: Generator,
  observer: TrialObserver,
): Promise<Trial> {
  observer.phase('opening');
  const kernelBefore = readKernelCounters();
  const opening = await generator.opened();
  if (opening.answered === 0) throw unanswered(target, opening, configuration);

  const begin = nowNanos();
  const warmupEnd = begin + configuration.warmupMs * 1e6;
  const measureEnd = warmupEnd + configuration.durationMs * 1e6;
  const drainEnd = measureEnd + Math.min(DRAIN_LIMIT_MS, configuration.timeoutMs) * 1e6;
  observer.phase('warming up');
  generator.go({ warmupEnd, measureEnd, drainEnd });
  await until(warmupEnd);
  const before = sample(target, generator);
  observer.phase('measuring');
  const timeline = await follow(generator, warmupEnd, measureEnd);
  const after = sample(target, generator);
  const kernel = kernelUsage(kernelBefore, readKernelCounters());
  observer.phase('draining');
  const load = await generator.finished();
  const memory = target.pid === null ? null : treeMemory(target.pid);
  const server = serverUsage(before, after, memory);
  return assemble(spec, configuration, { opening, load, threads: generator.threads, server, kernel, timeline });
}

/** Reads the generator every second, and at the end. */
async function follow(generator: Generator, begin: number, end: number): Promise<TimelinePoint[]> {
  const timeline = new Timeline(begin);
  for (let time = begin; time < end; ) {
    time = Math.min(time + 1e9, end);
    await until(time);
    timeline.read(nowNanos(), generator.responses(), generator.failed());
  }
  return timeline.points;
}

/** All that was found out in a trial. */
interface Findings {
  readonly opening: OpeningReport;
  readonly load: LoadReport;
  readonly threads: number;
  readonly server: ServerUsage | null;
  readonly kernel: KernelUsage | null;
  readonly timeline: TimelinePoint[];
}

function assemble(spec: TrialSpec, configuration: RunConfiguration, findings: Findings): Trial {
  const { opening, load, threads, server, kernel, timeline } = findings;
  const { counts } = load;
  const generator: GeneratorUsage = {
    cpuSeconds: load.cpuSeconds,
    cpuMicrosPerRequest: counts.completed === 0 ? null : (load.cpuSeconds * 1e6) / counts.completed,
    threads,
    utilization: load.utilization,
    saturated: load.utilization > SATURATED,
  };
  const measured = {
    model: spec.target.kind === 'model' ? spec.target.model : null,
    target: targetName(spec.target),
    app: configuration.app,
    transport: spec.transport,
    workload: spec.workload,
    connections: spec.connections,
    rate: configuration.rate,
    arrivals: configuration.rate === null ? null : configuration.arrivals,
    size: Math.round(meanSize(spec.sizes)),
    pipelining: spec.pipelining,
    work: null,
    round: spec.round,
    measuredSeconds: load.measuredSeconds,
    opening: { seconds: opening.seconds, opened: opening.opened, answered: opening.answered },
    requests: {
      sent: counts.sent,
      completed: counts.completed,
      timedOut: counts.timedOut,
      errors: counts.errors,
      corrupted: counts.corrupted,
      dropped: counts.dropped,
      unsolicited: counts.unsolicited,
      ...(spec.transport === 'udp' && { lost: counts.timedOut, late: counts.late, duplicated: counts.duplicated }),
    },
    throughput: {
      requestsPerSecond: load.requestsPerSecond,
      bytesPerSecond: load.requestsPerSecond * meanSize(spec.sizes),
    },
    latencyMicros: { response: summarizeLatency(load.response) },
    fairness: { jain: load.jain, starvedConnections: load.starvedConnections },
    server,
    generator,
    kernel,
    timeline,
  };
  return { ...measured, validity: judgeTrial(measured) };
}

/** Each round has arrivals of its own, and they are the same for every target. */
function arrivalsOf({ round }: TrialSpec, { rate, arrivals, seed }: RunConfiguration): LoadPlan['arrivals'] {
  return rate === null ? null : { rate, arrivals, seed: seed + round };
}

function sample(target: RunningTarget, generator: Generator): Sample {
  return {
    completed: generator.completed(),
    usage: target.pid === null ? null : treeUsage(target.pid),
  };
}

/** CPU time and requests are taken between the same two moments, so that their ratio holds whenever that was. */
function serverUsage(before: Sample, after: Sample, memory: TreeMemory | null): ServerUsage | null {
  if (before.usage === null || after.usage === null || memory === null) return null;
  const cpuNanos = after.usage.cpuNanos - before.usage.cpuNanos;
  const completed = after.completed - before.completed;
  return {
    cpuSeconds: cpuNanos / 1e9,
    cpuMicrosPerRequest: completed === 0 ? null : cpuNanos / 1e3 / completed,
    ...memory,
    threads: after.usage.threads,
    processes: after.usage.processes,
    contextSwitches: Math.max(0, after.usage.contextSwitches - before.usage.contextSwitches),
  };
}

function kernelUsage(before: KernelCounters | null, after: KernelCounters | null): KernelUsage | null {
  if (before === null || after === null) return null;
  const { stealTicks, totalTicks, ...counters } = countedBetween(before, after);
  return { ...counters, stealShare: totalTicks === 0 ? 0 : stealTicks / totalTicks };
}

function unanswered(target: RunningTarget, opening: OpeningReport, configuration: RunConfiguration): TargetError {
  const where = formatAddress(target.address);
  if (opening.lastErrno !== 0) {
    const cause = new SystemError(opening.lastErrno, 'connect', where);
    return new TargetError(cause.message, [], { cause });
  }
  const patience = `${configuration.openTimeoutMs} ms (--open-timeout)`;
  return new TargetError(
    opening.opened === 0
      ? `no connection to ${where} could be opened within ${patience}`
      : `${where} answered no request within ${patience}; does it serve ${configuration.app}?`,
  );
}

async function until(time: number): Promise<void> {
  const milliseconds = (time - nowNanos()) / 1e6;
  if (milliseconds > 0) await sleep(milliseconds);
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}
