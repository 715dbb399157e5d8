import type { RunConfiguration } from './configuration.ts';
import { codedFaults } from './configuration-faults.ts';
import { ConfigurationError } from './errors.ts';
import { isOneWay } from './operating-point.ts';
import type { Threshold } from './threshold.ts';
import { type Fault, textsOf, unmet, type Want } from './want.ts';

/** A search for the highest rate at which each target meets its objectives. */
export interface CapacityConfiguration extends RunConfiguration {
  readonly command: 'capacity';
  /** Rate at which the search begins; arrivals are Poisson. */
  readonly rate: number;
  readonly arrivals: 'poisson';
  /** Time measured in a short trial. */
  readonly durationMs: number;
  /** Length of a confirmation window. */
  readonly confirmMs: number;
  /** The share of requests that may fail, as a threshold of `errorRate`. */
  readonly failureLimit: Threshold;
  /** No trial begins that would last beyond this time after the start of the search. */
  readonly searchLimitMs: number;
}

/** Fewest requests of a short trial; fewer are not conclusive. */
const MIN_REQUESTS = 20;

/** Returns the lowest rate at which short trials contain enough requests to judge by. */
export function leastRate({ durationMs }: Pick<CapacityConfiguration, 'durationMs'>): number {
  return MIN_REQUESTS / (durationMs / 1000);
}

/** Metrics that follow the offered rate, or that are larger in a longer trial. */
const OF_THE_LOAD = ['rate', 'bytes', 'sent', 'completed'];

/** Returns every reason why a search cannot be run, in the user's terms; empty when it can. */
export function capacityFaults(configuration: CapacityConfiguration): string[] {
  const { thresholds, workload, confirmMs, durationMs, warmupMs, failureLimit, searchLimitMs, rate } = configuration;
  const ofLoad = thresholds.filter(({ metric }) => OF_THE_LOAD.includes(metric));
  const wants: readonly Want[] = [
    [thresholds.length > 0, "slo: give an objective, such as --slo 'p99<5ms'"],
    [
      !isOneWay(workload),
      `workload: ${workload} has no replies, so there are no response times to bound: use request-response`,
    ],
    [
      !(rate > 0) || rate >= leastRate(configuration),
      `start-rate: ${rate} requests/s gives fewer than ${MIN_REQUESTS} requests in a trial of ${durationMs} ms: ` +
        'raise --start-rate or --duration',
    ],
    [
      confirmMs >= durationMs,
      `confirm: a window of ${confirmMs} ms can't confirm trials of ${durationMs} ms: raise --confirm`,
    ],
    [failureLimit.bound < 1, 'max-errors: 100% or more is no limit: give less than 100%'],
    [
      searchLimitMs >= warmupMs + confirmMs,
      `budget: ${searchLimitMs} ms is too short for one confirmation of ${warmupMs + confirmMs} ms: raise --budget`,
    ],
  ];
  return [
    ...codedFaults(configuration).map(inWordsOfSearch),
    ...ofLoad.map(
      ({ text, metric }) =>
        `slo: ${text}: ${metric} depends on the offered rate: bound a value that depends on the target`,
    ),
    ...textsOf(unmet(wants)),
  ];
}

/** Checks that a search can be run. @throws {ConfigurationError} with every fault found. */
export function assertSearchable(configuration: CapacityConfiguration): void {
  const faults = capacityFaults(configuration);
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/** Rewords a fault for a search, which always has a rate and calls its first one by another name. */
function inWordsOfSearch({ code, text }: Fault): string {
  return code === 'rate' ? `start-${text}` : text;
}
