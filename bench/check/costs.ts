import type { GatedMetric } from '../stats/gated-metrics.ts';
import { trimmedMean } from '../stats/mean.ts';
import type { WindowReading } from './window-reading.ts';

/** ln of each metric's cost for an arm in one session; NaN where it cannot be estimated. */
export type ArmCosts = Readonly<Record<GatedMetric, number>>;

/** Least response times for an estimate of p99 and of p50. Of 10,000, a hundred are above p99. */
export const SAMPLES_FOR_P99 = 10_000;
export const SAMPLES_FOR_P50 = 500;

/** Returns ln of each metric's cost in one window. Values that the window's load does not measure are meaningless. */
export function costsOfWindow({ requestsPerSecond, cpuNanosPerRequest, responseNanos }: WindowReading): ArmCosts {
  return {
    throughput: -Math.log(requestsPerSecond),
    cpu: Math.log(cpuNanosPerRequest ?? Number.NaN),
    p50: Math.log(responseNanos.p50),
    p99: Math.log(responseNanos.p99),
  };
}

/**
 * Share of an arm's windows that is left out of a metric at either end. A median of responses does not show rare events
 * anyway, so windows in which the machine stalled can be left out at no loss. With 64 windows of 25 ms, a session's
 * difference of two equal programs scattered by 0.02, and by 0.09 with all windows. A quarter at either end is too little
 * where the machine stalls in one window out of four. The other metrics keep every window, because they must show the
 * stalls of a program.
 */
export const TRIMMED: Readonly<Record<GatedMetric, number>> = { throughput: 0, cpu: 0, p50: 0.4, p99: 0 };

/**
 * Returns the cost of each metric over an arm's windows: the mean of the windows' logarithms, for percentiles too. In
 * one histogram of all windows, a single stall of the machine decides p99: the difference of two equal programs' ln p99
 * then scattered by 1.0 over 38 sessions. As a mean over windows of 100 ms it scattered by 0.4, and a program's own
 * stalls still show.
 * @param atRate windows at the common rate. Those in which the generator did not run, and so sent nothing, are ignored.
 */
export function costsOf(full: readonly WindowReading[] = [], atRate: readonly WindowReading[] = []): ArmCosts {
  const paced = atRate.filter(({ sent }) => sent > 0);
  const samples = paced.reduce((sum, { responses }) => sum + responses, 0);
  const meanOf = (windows: readonly WindowReading[], metric: GatedMetric) =>
    trimmedMean(
      windows.map((window) => costsOfWindow(window)[metric]),
      TRIMMED[metric],
    );
  return {
    throughput: meanOf(full, 'throughput'),
    cpu: meanOf(full, 'cpu'),
    p50: samples >= SAMPLES_FOR_P50 ? meanOf(paced, 'p50') : Number.NaN,
    p99: samples >= SAMPLES_FOR_P99 ? meanOf(paced, 'p99') : Number.NaN,
  };
}
