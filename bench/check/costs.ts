import type { GatedMetric } from '../stats/gated-metrics.ts';
import { trimmedMean } from '../stats/mean.ts';
import type { WindowReading } from './arm.ts';

/** ln of what each metric cost an arm in one session; NaN where it can't be estimated. */
export type ArmCosts = Readonly<Record<GatedMetric, number>>;

/** Percentiles of fewer response times are not estimated: of 10,000, p99 is decided by a hundred. */
export const SAMPLES_FOR_P99 = 10_000;
export const SAMPLES_FOR_P50 = 500;

/** ln of what each metric cost in one window; those that its load does not tell of mean nothing. */
export function costsOfWindow({ requestsPerSecond, cpuNanosPerRequest, load }: WindowReading): ArmCosts {
  const { response } = load.latencies;
  return {
    throughput: -Math.log(requestsPerSecond),
    cpu: Math.log(cpuNanosPerRequest ?? Number.NaN),
    p50: Math.log(response.quantile(0.5)),
    p99: Math.log(response.quantile(0.99)),
  };
}

/**
 * Shares of an arm's windows that are left out of a metric at either end. A median of responses is by its nature not to
 * show what happens now and then, so that nothing is lost by leaving out windows in which the machine stalled: of 64 windows
 * of 25 ms, a session's difference of two equal programs then scattered by 0.03, and by 0.12 with all of them. Elsewhere a
 * stall that is a program's own must show.
 */
export const TRIMMED: Readonly<Record<GatedMetric, number>> = { throughput: 0, cpu: 0, p50: 0.25, p99: 0 };

/**
 * What an arm's windows say of each metric: the mean of the windows' logarithms, of percentiles too. In one histogram of
 * all windows a single stall of the machine is p99: the difference of two equal programs' ln p99 then scattered by 1.0
 * over 38 sessions, and by 0.4 as a mean over windows of 100 ms, in which a program's own stalls still show.
 * @param atRate windows at the common rate; those in which the generator asked nothing, as it did not run, tell nothing.
 */
export function costsOf(full: readonly WindowReading[] = [], atRate: readonly WindowReading[] = []): ArmCosts {
  const paced = atRate.filter(({ load }) => load.counts.sent > 0);
  const samples = paced.reduce((sum, { load }) => sum + load.latencies.response.count, 0);
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
