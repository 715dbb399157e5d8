import type { LoadPlan } from '../../load/generator.ts';
import { mostConnections } from '../../model/operating-point.ts';
import { protocolSpec } from '../../run/protocol-spec.ts';
import type { FleetAssignment } from '../model/assignment.ts';

/** Returns the plan of an agent's part of a load. @throws {RangeError} when its exchange is invalid. */
export function assignedPlan(assignment: FleetAssignment): LoadPlan {
  const { point, exchange, destination, tls, share, windows } = assignment;
  const { address, arrivals, levels, requests, isExact, streamKey, timestamps, timeoutMs, openTimeoutMs } = assignment;
  return {
    ...{ address, arrivals, levels, requests, isExact, streamKey, timestamps, timeoutMs, openTimeoutMs, share },
    point: { ...point, connections: mostConnections(point) },
    threads: share.threads.length,
    // The agent's own affinity decides: taskset(1), or CPUAffinity of systemd.
    cpus: [],
    protocol: protocolSpec(point, destination, exchange),
    ...(tls !== null && { tls }),
    ...(windows !== undefined && { windows }),
  };
}
