import type { OpeningReport } from '../load/thread-report.ts';
import { countedBetween, type KernelCounters } from '../measure/kernel-counters.ts';
import type { TreeMemory, TreeUsage } from '../measure/procfs.ts';
import type { KernelUsage, ServerUsage } from '../model/trial.ts';
import type { TrialSpec } from './planner.ts';
import type { RunningTarget } from './running-target.ts';
import { meterOf } from './server-meter.ts';
import type { ServerMeter, ServerReading } from './server-reading.ts';

/** Usage of the server and completed requests, at one moment. */
export interface Sample {
  readonly completed: number;
  readonly usage: TreeUsage | null;
}

/** Reads, before and after a load, the server's usage and the counters of its kernel, where the server runs. */
export class Readings {
  readonly #meter: ServerMeter;
  /** As it was idle, before connections were opened. */
  readonly #idle: Pick<ServerReading, 'kernel' | 'pssBytes'>;
  #dropsBefore = 0;
  #before: Sample | undefined;
  #after: Sample | undefined;
  #kernel: KernelUsage | null = null;
  #memoryBytesPerConnection: number | undefined;

  private constructor(meter: ServerMeter, idle: Pick<ServerReading, 'kernel' | 'pssBytes'>) {
    this.#meter = meter;
    this.#idle = idle;
  }

  /** Call it before connections are opened: it reads the memory of the idle server. */
  static async begin(target: RunningTarget): Promise<Readings> {
    const meter = meterOf(target);
    return new Readings(meter, await meter.read('kernel', 'pssBytes'));
  }

  /** Call it when the connections are open, before the load begins. */
  async opened({ workload, connection }: TrialSpec, { opened, answered }: OpeningReport): Promise<void> {
    const { pssBytes: before } = this.#idle;
    const answers = workload === 'request-response' || workload === 'broadcast';
    const idle = answers && connection === 'pooled' && answered === opened;
    if (before === null || before === 0 || !idle) return;
    const { pssBytes } = await this.#meter.read('pssBytes');
    this.#memoryBytesPerConnection = ((pssBytes ?? 0) - before) / opened;
  }

  /** Takes the first sample. @param completed requests completed so far. */
  async startMeasuring(completed: number): Promise<void> {
    const { usage, drops } = await this.#meter.read('drops', 'usage');
    // Drops in the warm-up do not count against the requests that are measured.
    this.#dropsBefore = drops ?? 0;
    this.#before = { completed, usage };
  }

  /** Takes the second sample. @param completed requests completed so far. */
  async stopMeasuring(completed: number): Promise<void> {
    const { usage, kernel } = await this.#meter.read('usage', 'kernel');
    this.#after = { completed, usage };
    this.#kernel = kernelUsage(this.#idle.kernel, kernel);
  }

  /** What the kernel counted from the opening of connections until measuring ended; null where it is not readable. */
  get kernel(): KernelUsage | null {
    return this.#kernel;
  }

  /**
   * Returns what the server used while measuring, and the memory that it holds now: call it while connections are open.
   * Null when the server's processes are not known.
   */
  async server(): Promise<ServerUsage | null> {
    const { memory } = await this.#meter.read('memory');
    const usage = serverUsage(this.#before, this.#after, memory);
    const memoryBytesPerConnection = this.#memoryBytesPerConnection;
    if (usage === null || memoryBytesPerConnection === undefined) return usage;
    return { ...usage, memoryBytesPerConnection };
  }

  /**
   * Returns the datagrams that the server's sockets dropped since measuring began; null when they are not readable.
   * Call it after the drain: requests that waited for a socket are sent in the drain and may be dropped, too.
   */
  async droppedByServer(): Promise<number | null> {
    const { drops } = await this.#meter.read('drops');
    return drops === null ? null : Math.max(0, drops - this.#dropsBefore);
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
