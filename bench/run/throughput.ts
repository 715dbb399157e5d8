import { isOneWay } from '../model/operating-point.ts';
import type { Trial } from '../model/trial.ts';

/** What went through, in the unit that a workload is compared by. */
export interface Throughput {
  readonly requestsPerSecond: number;
  /** One-way workloads only. */
  readonly bytesPerSecond?: number | undefined;
}

/** A trial's throughput. */
export function throughputOf({ workload, throughput: { requestsPerSecond, bytesPerSecond } }: Trial): Throughput {
  return isOneWay(workload) ? { requestsPerSecond, bytesPerSecond } : { requestsPerSecond };
}

/** What targets are compared by: bytes where nothing is answered, else requests. */
export function speed({ requestsPerSecond, bytesPerSecond }: Throughput): number {
  return bytesPerSecond ?? requestsPerSecond;
}
