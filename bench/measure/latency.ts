import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import type { LatencySummary } from '../model/trial.ts';
import type { Histogram } from './histogram.ts';

const NANOS_PER_MICRO = 1000;

/**
 * Returns what a result stores of a histogram: percentiles in microseconds, and the whole histogram in the interchange
 * encoding.
 */
export function summarizeLatency(histogram: Histogram): LatencySummary {
  const micros = (q: number) => histogram.quantile(q) / NANOS_PER_MICRO;
  return {
    p50: micros(0.5),
    p90: micros(0.9),
    p95: micros(0.95),
    p99: micros(0.99),
    p999: micros(0.999),
    max: histogram.max / NANOS_PER_MICRO,
    mean: histogram.mean / NANOS_PER_MICRO,
    count: histogram.count,
    hdr: encode(histogram),
  };
}

/**
 * Returns HdrHistogram's V2 encoding, deflated, in base64, which every port of HdrHistogram reads. Values are
 * nanoseconds.
 */
function encode(histogram: Histogram): string {
  const hdr = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2 ** 42,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
    useWebAssembly: false,
  });
  for (const { lowest, count } of histogram.buckets()) hdr.recordValueWithCount(lowest, count);
  return encodeIntoCompressedBase64(hdr);
}
