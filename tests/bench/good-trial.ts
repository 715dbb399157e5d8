import type { MeasuredTrial } from '../../bench/model/trial.ts';
import { judgeTrial } from '../../bench/run/validity.ts';
import { latency, trial } from '../reports/results.ts';

/** The kernel's counters when nothing is wrong. */
export const calm = {
  listenOverflows: 0,
  listenDrops: 0,
  retransmittedSegments: 0,
  resetsSent: 0,
  udpReceiveBufferErrors: 0,
  udpSendBufferErrors: 0,
  stealShare: 0,
};

/** 16 connections, 10,000 requests/s, 1.6 ms each, consistent with Little's law. */
export const response = { ...latency(1500, 4000), mean: 1600 };
/** A trial without any doubts. */
export const good: MeasuredTrial = {
  ...trial(),
  measuredSeconds: 10,
  latencyMicros: { response },
  kernel: calm,
  timestamps: 'kernel',
};
export const udp = { transport: 'udp' } as const;
export const requests = (variation: Partial<MeasuredTrial['requests']>) => ({
  requests: { ...good.requests, ...variation },
});
export const atRate = { rate: 10_000, arrivals: 'poisson' } as const;
/** Returns a chat in which all connections received all lines, with variations. */
export const chat = (variation: Partial<NonNullable<MeasuredTrial['broadcast']>>) => ({
  workload: 'broadcast' as const,
  broadcast: {
    ...{ expected: 1000, delivered: 1000, lost: 0, duplicated: 0, reordered: 0, late: 0, corrupted: 0 },
    ...{ reach: 1, deliveriesPerSecond: 100 },
    ...variation,
  },
});

/** Returns the verdict on a trial that differs from a good one, and the codes of its reasons. */
export function judged(variation: Partial<MeasuredTrial>): string[] {
  const { verdict, reasons } = judgeTrial({ ...good, ...variation });
  return [verdict, ...reasons.map(({ code }) => code)];
}
