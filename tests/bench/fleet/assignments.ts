import { type FleetAssignment, fleetAssignmentSchema } from '../../../bench/fleet/model/assignment.ts';
import { operatingPoint } from '../../../bench/model/operating-point.ts';

/** Returns a valid assignment: one echo request after the other, except for what is given. */
export function assignment(given: Partial<FleetAssignment> = {}): FleetAssignment {
  return fleetAssignmentSchema.parse({
    point: operatingPoint({ connections: 4 }),
    exchange: null,
    address: { host: '127.0.0.1', port: 7000 },
    destination: { host: '127.0.0.1:7000', path: '/', pages: null },
    tls: null,
    share: { threads: [0], of: 1 },
    arrivals: null,
    levels: null,
    requests: null,
    isExact: false,
    streamKey: { seed: 1, round: 1 },
    timestamps: 'user',
    timeoutMs: 1000,
    openTimeoutMs: 1000,
    silenceMs: 1000,
    ...given,
  });
}
