import type { MeasuredTrial } from '../../bench/model/trial.ts';
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
