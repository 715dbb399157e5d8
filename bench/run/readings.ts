import type { Generator } from '../load/generator.ts';
import { countedBetween, type KernelCounters, readKernelCounters } from '../measure/kernel-counters.ts';
import { type TreeMemory, type TreeUsage, treeMemory, treeUsage } from '../measure/procfs.ts';
import { dropsOfUdpPort } from '../measure/udp-sockets.ts';
import type { KernelUsage, ServerUsage } from '../model/trial.ts';
import type { RunningTarget } from './running-target.ts';

/** What the server had used, and the clients completed, at one moment. */
interface Sample {
  readonly completed: number;
  readonly usage: TreeUsage | null;
}

/** Reads, around a load, what it costs the server and what the kernel counts. */
export class Readings {
  readonly #target: RunningTarget;
  readonly #generator: Generator;
  readonly #kernelBefore: KernelCounters | null = readKernelCounters();
  readonly #dropsBefore: number | null;
  #before: Sample | undefined;
  #after: Sample | undefined;
  #kernel: KernelUsage | null = null;

  /** Reads what the kernel counts before connections are opened. */
  constructor(target: RunningTarget, generator: Generator) {
    this.#target = target;
    this.#generator = generator;
    this.#dropsBefore = dropsOfUdpPort(target.address.port);
  }

  startMeasuring(): void {
    this.#before = this.#sample();
  }

  stopMeasuring(): void {
    this.#after = this.#sample();
    this.#kernel = kernelUsage(this.#kernelBefore, readKernelCounters());
  }

  /** What the kernel counted from the opening of connections until measuring ended; null where it shows nothing. */
  get kernel(): KernelUsage | null {
    return this.#kernel;
  }

  /** What the server used while measuring, and holds now: call it while connections are open. Null when it isn't ours. */
  server(): ServerUsage | null {
    const pids = this.#target.pids?.();
    return serverUsage(this.#before, this.#after, pids ? treeMemory(pids) : null);
  }

  /** Datagrams that the server's sockets dropped since connections were opened; null where they can't be seen. */
  droppedByServer(): number | null {
    const now = dropsOfUdpPort(this.#target.address.port);
    return now === null ? null : Math.max(0, now - (this.#dropsBefore ?? 0));
  }

  #sample(): Sample {
    const pids = this.#target.pids?.();
    return { completed: this.#generator.completed(), usage: pids ? treeUsage(pids) : null };
  }
}

/** CPU time and requests are taken between the same two moments, so that their ratio holds whenever that was. */
function serverUsage(
  before: Sample | undefined,
  after: Sample | undefined,
  memory: TreeMemory | null,
): ServerUsage | null {
  if (!before?.usage || !after?.usage || memory === null) return null;
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
