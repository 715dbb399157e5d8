import type { LoadReport } from '../load/load-report.ts';
import type { Histogram } from '../measure/histogram.ts';

/** The percentiles of response time that a check may gate on. */
const percentiles = { p50: 0.5, p99: 0.99 } as const;

export type Percentile = keyof typeof percentiles;

type PercentileNanos = Readonly<Record<Percentile, number>>;

/**
 * The measurements of one window of load that a check keeps. Histograms are not kept: those of one window take 0.7 MB,
 * and a session has hundreds of windows.
 */
export interface WindowReading {
  readonly sent: number;
  /** Number of response times. */
  readonly responses: number;
  /** Zero without response times. */
  readonly responseNanos: PercentileNanos;
  /** How late requests were sent; null where that was not measured, as in a closed loop. */
  readonly scheduleLagNanos: PercentileNanos | null;
  /** How late the last agent began, in nanoseconds; 0 for a load of this machine. */
  readonly startLagNanos: number;
  /** Share of its time in which the generator's busiest thread worked on a CPU. */
  readonly utilization: number;
  /**
   * Requests completed, drain included, divided by the time for which they were in flight. At full load every
   * connection always has its requests in flight, so the end of the window cuts no request short, however slow it is.
   */
  readonly requestsPerSecond: number;
  /** The server's CPU time per completed request, drain included; null when it is not known. */
  readonly cpuNanosPerRequest: number | null;
}

/** The parts of a window's load that a reading needs. */
export type WindowLoad = Pick<LoadReport, 'utilization' | 'inFlightSeconds' | 'agents'> & {
  readonly counts: Pick<LoadReport['counts'], 'sent' | 'completed'>;
  readonly latencies: Pick<LoadReport['latencies'], 'response' | 'scheduleLag'>;
};

/**
 * Returns the reading of a window, except for the server's CPU time.
 * @param slots requests that are in flight at full load.
 */
export function readingOf(load: WindowLoad, slots: number): Omit<WindowReading, 'cpuNanosPerRequest'> {
  const { counts, latencies, utilization, inFlightSeconds, agents = [] } = load;
  return {
    sent: counts.sent,
    responses: latencies.response.count,
    responseNanos: percentileNanos(latencies.response),
    scheduleLagNanos: latencies.scheduleLag.count === 0 ? null : percentileNanos(latencies.scheduleLag),
    startLagNanos: Math.max(0, ...agents.map(({ startLagMicros }) => startLagMicros * 1e3)),
    utilization,
    requestsPerSecond: (counts.completed * slots) / inFlightSeconds,
  };
}

function percentileNanos(histogram: Histogram): PercentileNanos {
  return { p50: histogram.quantile(percentiles.p50), p99: histogram.quantile(percentiles.p99) };
}
