import type { Assignment } from '../../bench/load/threads/assignment.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { type OperatingPoint, operatingPoint } from '../../bench/model/operating-point.ts';

/** Returns a thread's part of a closed loop over five TCP connections, with variations in `point`. */
export function assign(point: Partial<OperatingPoint>, address: Assignment['address']): Assignment {
  return {
    point: operatingPoint({ connections: 5, ...point }),
    protocol: { kind: 'echo', sizes: point.sizes ?? fixedSize(64) },
    address,
    thread: 0,
    threads: 1,
    firstConnection: 3,
    streamKey: { seed: 1 },
    cpus: [],
    pacer: null,
    levels: null,
    requests: null,
    windows: 1,
    timestamps: 'user',
    timeoutMs: 4000,
    openTimeoutMs: 4000,
    control: new SharedArrayBuffer(0),
    live: new SharedArrayBuffer(0),
  };
}

/** Pacer of a constant rate of 1,000 requests/s. */
export const pacer = {
  profile: { start: 1000, stages: [], holdMs: 0 },
  arrivals: 'constant',
  streamKey: { seed: 1 },
  thread: 0,
  threads: 1,
} as const;
