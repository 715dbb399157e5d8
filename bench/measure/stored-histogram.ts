import { decodeFromCompressedBase64, type Histogram, type JsHistogram } from 'hdr-histogram-js';
import type { LatencySummary } from '../model/trial.ts';

/** The latencies of several trials together. */
export interface StoredLatencies {
  /** Number of requests. */
  readonly count: number;
  /** Returns the latency in microseconds at or below which a share of all requests lies. @param percentile 0 to 100. */
  readonly micros: (percentile: number) => number;
}

/**
 * Adds the histograms in results. Percentiles of the sum are exactly those of all requests together, which no average
 * of percentiles is.
 * @returns null when one of them cannot be read, or there are no requests.
 */
export function storedLatencies(summaries: readonly Pick<LatencySummary, 'hdr'>[]): StoredLatencies | null {
  let all: Histogram | undefined;
  try {
    for (const { hdr } of summaries) {
      const one = decodeFromCompressedBase64(hdr);
      if (all === undefined) all = one;
      else all.add(one);
    }
  } catch {
    return null;
  }
  if (all === undefined || all.totalCount === 0) return null;
  const histogram = all;
  return {
    count: histogram.totalCount,
    micros: (percentile) => histogram.getValueAtPercentile(percentile) / 1000,
  };
}

/** A value of a histogram, in the middle of its bucket, and how often it occurred. */
export interface StoredValue {
  readonly nanos: number;
  readonly times: number;
}

/** Returns the values in a result's histogram, ascending; null when it cannot be read. */
export function storedValues(hdr: string): StoredValue[] | null {
  try {
    const histogram = decodeFromCompressedBase64(hdr, 32, false) as JsHistogram;
    const values: StoredValue[] = [];
    for (let index = 0; index < histogram.countsArrayLength; index++) {
      const times = histogram.getCountAtIndex(index);
      if (times > 0) values.push({ nanos: histogram.medianEquivalentValue(histogram.valueFromIndex(index)), times });
    }
    return values;
  } catch {
    return null;
  }
}
