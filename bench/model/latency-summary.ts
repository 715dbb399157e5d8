import * as z from 'zod';
import { amount, count } from './numbers.ts';

/** What results store of a kind of latency: microseconds. */
export const latencySchema = z.looseObject({
  p50: amount,
  p90: amount,
  p95: amount,
  p99: amount,
  p999: amount,
  max: amount,
  mean: amount,
  count,
  /** HdrHistogram V2 encoding, deflated, base64; values in nanoseconds. */
  hdr: z.string(),
});
