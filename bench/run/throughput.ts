import { isOneWay } from '../model/operating-point.ts';
import type { Trial } from '../model/trial.ts';

/** Throughput, in the units by which a workload is compared. */
export interface Throughput {
  readonly requestsPerSecond: number;
  /** One-way workloads only. */
  readonly bytesPerSecond?: number | undefined;
}

/** Returns a trial's throughput. */
export function throughputOf({ workload, throughput: { requestsPerSecond, bytesPerSecond } }: Trial): Throughput {
  return isOneWay(workload) ? { requestsPerSecond, bytesPerSecond } : { requestsPerSecond };
}

/** Returns the rate by which targets are compared: bytes/s for one-way workloads, otherwise requests/s. */
export function speed({ requestsPerSecond, bytesPerSecond }: Throughput): number {
  return bytesPerSecond ?? requestsPerSecond;
}
