import { type KernelCounters, readKernelCounters } from '../measure/kernel-counters.ts';
import { type TreeMemory, type TreeUsage, treeMemory, treePssBytes, treeUsage } from '../measure/procfs.ts';
import { dropsOfUdpPort } from '../measure/udp-sockets.ts';
import { treeCpuNanos } from './idleness.ts';
import type { RunningTarget } from './running-target.ts';

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

/** Returns the meter of a target: its own where it runs elsewhere, or one that reads this machine. */
export function meterOf(target: RunningTarget): ServerMeter {
  return target.meter ?? { read: async (...gauges) => readHere(target, gauges) };
}

function readHere<G extends Gauge>(target: RunningTarget, gauges: readonly G[]): Pick<ServerReading, G> {
  return Object.fromEntries(gauges.map((gauge) => [gauge, readers[gauge](target)])) as Pick<ServerReading, G>;
}

const readers: { readonly [G in Gauge]: (target: RunningTarget) => ServerReading[G] } = {
  usage: ofPids(treeUsage),
  memory: ofPids(treeMemory),
  pssBytes: ofPids(treePssBytes),
  livingCpuNanos: ofPids(treeCpuNanos),
  drops: dropsOf,
  kernel: readKernelCounters,
};

function ofPids<T>(read: (pids: readonly number[]) => T): (target: RunningTarget) => T | null {
  return ({ pids }) => (pids === null ? null : read(pids()));
}

/** Returns null when the sockets of any server are not readable. */
function dropsOf(target: RunningTarget): number | null {
  const drops = (target.members ?? [target]).map(({ address }) =>
    'path' in address ? null : dropsOfUdpPort(address.port),
  );
  return drops.reduce((sum, each) => (sum === null || each === null ? null : sum + each), 0);
}
