import type { OpeningReport } from '../load/thread-report.ts';
import { countedBetween, type KernelCounters, readKernelCounters } from '../measure/kernel-counters.ts';
import { type TreeMemory, type TreeUsage, treeMemory, treePssBytes, treeUsage } from '../measure/procfs.ts';
import { dropsOfUdpPort } from '../measure/udp-sockets.ts';
import type { KernelUsage, ServerUsage } from '../model/trial.ts';
import type { TrialSpec } from './planner.ts';
import type { RunningTarget } from './running-target.ts';

/** Usage of the server and completed requests, at one moment. */
export interface Sample {
  readonly completed: number;
  readonly usage: TreeUsage | null;
}

/** Reads, before and after a load, the server's usage and the kernel's counters. */
export class Readings {
  readonly #target: RunningTarget;
  readonly #kernelBefore: KernelCounters | null = readKernelCounters();
  #dropsBefore = 0;
  #before: Sample | undefined;
  #after: Sample | undefined;
  #kernel: KernelUsage | null = null;
  readonly #idlePssBytes: number;
  #memoryBytesPerConnection: number | undefined;

  /** Create it before connections are opened: it reads the memory of the idle server. */
  constructor(target: RunningTarget) {
    this.#target = target;
    this.#idlePssBytes = target.pids === null ? 0 : treePssBytes(target.pids());
  }

  /** Call it when the connections are open, before the load begins. */
  opened({ workload, connection }: TrialSpec, { opened, answered }: OpeningReport): void {
    const { pids } = this.#target;
    const answers = workload === 'request-response' || workload === 'broadcast';
    const idle = answers && connection === 'pooled' && answered === opened;
    if (pids === null || this.#idlePssBytes === 0 || !idle) return;
    this.#memoryBytesPerConnection = (treePssBytes(pids()) - this.#idlePssBytes) / opened;
  }

  /** Takes the first sample. @param completed requests completed so far. */
  startMeasuring(completed: number): void {
    // Drops in the warm-up do not count against the requests that are measured.
    this.#dropsBefore = this.#drops() ?? 0;
    this.#before = this.#sample(completed);
  }

  /** Takes the second sample. @param completed requests completed so far. */
  stopMeasuring(completed: number): void {
    this.#after = this.#sample(completed);
    this.#kernel = kernelUsage(this.#kernelBefore, readKernelCounters());
  }

  /** What the kernel counted from the opening of connections until measuring ended; null where it is not readable. */
  get kernel(): KernelUsage | null {
    return this.#kernel;
  }

  /**
   * Returns what the server used while measuring, and the memory that it holds now: call it while connections are open.
   * Null when the server's processes are not known.
   */
  server(): ServerUsage | null {
    const pids = this.#target.pids?.();
    const usage = serverUsage(this.#before, this.#after, pids ? treeMemory(pids) : null);
    const memoryBytesPerConnection = this.#memoryBytesPerConnection;
    if (usage === null || memoryBytesPerConnection === undefined) return usage;
    return { ...usage, memoryBytesPerConnection };
  }

  /**
   * Returns the datagrams that the server's sockets dropped since measuring began; null when they are not readable.
   * Call it after the drain: requests that waited for a socket are sent in the drain and may be dropped, too.
   */
  droppedByServer(): number | null {
    const now = this.#drops();
    return now === null ? null : Math.max(0, now - this.#dropsBefore);
  }

  /** Returns null when the sockets of any server are not readable. */
  #drops(): number | null {
    const drops = (this.#target.members ?? [this.#target]).map(({ address }) =>
      'path' in address ? null : dropsOfUdpPort(address.port),
    );
    return drops.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0);
  }

  #sample(completed: number): Sample {
    const pids = this.#target.pids?.();
    return { completed, usage: pids ? treeUsage(pids) : null };
  }
}

/**
 * Returns the usage between two samples. CPU time and requests come from the same two moments, so that their ratio is
 * right whenever those were. When a process has ended in between, the kernel reports its time in whole ticks of 10 ms,
 * so that less than that may appear as a negative difference: then CPU time per request is not known (null).
 */
export function serverUsage(
  before: Sample | undefined,
  after: Sample | undefined,
  memory: TreeMemory | null,
): ServerUsage | null {
  if (!before?.usage || !after?.usage || memory === null) return null;
  const cpuNanos = after.usage.cpuNanos - before.usage.cpuNanos;
  const completed = after.completed - before.completed;
  return {
    cpuSeconds: Math.max(0, cpuNanos) / 1e9,
    cpuMicrosPerRequest: completed === 0 || cpuNanos < 0 ? null : cpuNanos / 1e3 / completed,
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
