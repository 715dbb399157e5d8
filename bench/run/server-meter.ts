import { readKernelCounters } from '../measure/kernel-counters.ts';
import { treeMemory, treePssBytes, treeUsage } from '../measure/procfs.ts';
import { dropsOfUdpPort } from '../measure/udp-sockets.ts';
import { treeCpuNanos } from './idleness.ts';
import type { RunningTarget } from './running-target.ts';
import type { Gauge, ServerMeter, ServerReading } from './server-reading.ts';

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
