import type { KernelCounters } from '../measure/kernel-counters.ts';
import type { TreeMemory, TreeUsage } from '../measure/procfs.ts';

/** What can be read of a server, on the machine where it runs. Null: not known there. */
export interface ServerReading {
  readonly usage: TreeUsage | null;
  readonly memory: TreeMemory | null;
  /** Proportional set size of its processes, in bytes. */
  readonly pssBytes: number | null;
  /** CPU time of its living processes, in nanoseconds. It decreases when one ends. */
  readonly livingCpuNanos: number | null;
  /** Datagrams that its sockets have dropped so far. */
  readonly drops: number | null;
  /** Counters of the kernel of its machine. */
  readonly kernel: KernelCounters | null;
}

export type Gauge = keyof ServerReading;

/** Reads what a server has used. */
export interface ServerMeter {
  /** Reads these gauges, in this order. A meter of this machine has read them when the call returns. */
  read<G extends Gauge>(...gauges: readonly G[]): Promise<Pick<ServerReading, G>>;
}
