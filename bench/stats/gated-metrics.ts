import type { Margins } from './regression.ts';

/** The metrics that a regression check gates on by default, and how much worse each may get. */
export const gatedMetrics = {
  /** Requests a second while saturated. */
  throughput: { tolerated: 0.01, detected: 0.05 },
  /** The server's CPU time for each request. */
  cpu: { tolerated: 0.01, detected: 0.05 },
  /** Percentiles of response time, at a common rate. */
  p50: { tolerated: 0.02, detected: 0.1 },
  p99: { tolerated: 0.05, detected: 0.25 },
} as const satisfies Record<string, Margins>;

export type GatedMetric = keyof typeof gatedMetrics;
