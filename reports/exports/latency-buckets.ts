import { storedValues } from '../../bench/measure/stored-histogram.ts';
import { type LatencyKindName, latencyKinds } from '../../bench/model/latency-metrics.ts';
import type { Result } from '../../bench/model/result.ts';
import type { LatencySummary } from '../../bench/model/trial.ts';
import type { Named } from './base-units.ts';
import type { Labels } from './sample.ts';
import { pointsOf } from './samples.ts';

const NANOS_PER_SECOND = 1e9;
const NANOS_PER_MICRO = 1e3;

/**
 * Upper bounds of buckets in nanoseconds, 1, 2.5 and 5 in each decade from 10 µs to 10 s. All series have the same ones,
 * so that they can be added up.
 */
const BOUNDS: readonly number[] = [1e4, 1e5, 1e6, 1e7, 1e8, 1e9].flatMap((decade) => [
  decade,
  2.5 * decade,
  5 * decade,
]);
const BUCKET_BOUNDS = [...BOUNDS, 1e10];

/** Upper bounds of buckets in seconds, without the last one, which is infinite. */
export const bucketBounds: readonly number[] = BUCKET_BOUNDS.map((nanos) => nanos / NANOS_PER_SECOND);

/** The distribution of a kind of latency over all rounds of a target at an operating point. */
export interface LatencyBuckets {
  readonly labels: Labels;
  readonly count: number;
  readonly sumSeconds: number;
  /** Number of latencies in each bucket, and above the last bound: one more than there are bounds. */
  readonly counts: readonly number[];
}

/** One kind of latency, described as metrics are. */
export interface LatencyFamily extends Named {
  readonly summary: string;
  readonly series: readonly LatencyBuckets[];
}

/** Returns the distributions of all latencies that a result contains, by kind. */
export function latencyFamilies(result: Result): LatencyFamily[] {
  const points = pointsOf(result);
  return (Object.keys(latencyKinds) as LatencyKindName[]).flatMap((name): LatencyFamily[] => {
    const { field, summary } = latencyKinds[name];
    const series = points.flatMap(({ labels, trials }): LatencyBuckets[] => {
      const latencies = trials.flatMap(({ latencyMicros }) => latencyMicros[field] ?? []).filter(hasHistogram);
      const sum = latencies.length === 0 ? null : merged(latencies);
      return sum === null ? [] : [{ labels, ...sum }];
    });
    return series.length === 0 ? [] : [{ name, summary, unit: 'micros', series }];
  });
}

/** Reports whether a latency was measured, and its histogram stored. A file may contain any text in its place. */
export function hasHistogram({ count, hdr }: LatencySummary): boolean {
  return count > 0 && /^[\w+/]+=*$/.test(hdr);
}

/** Adds up histograms; null when one cannot be read. A value is counted in the bucket of the middle of its range, which is 0.1 % wide at most. */
function merged(latencies: readonly LatencySummary[]): Omit<LatencyBuckets, 'labels'> | null {
  const counts = BUCKET_BOUNDS.map(() => 0);
  counts.push(0);
  let count = 0;
  for (const { hdr } of latencies) {
    const values = storedValues(hdr);
    if (values === null) return null;
    for (const { nanos, times } of values) {
      const at = BUCKET_BOUNDS.findIndex((bound) => nanos <= bound);
      const bucket = at < 0 ? BUCKET_BOUNDS.length : at;
      counts[bucket] = (counts[bucket] ?? 0) + times;
      count += times;
    }
  }
  const sumNanos = latencies.reduce((sum, each) => sum + each.mean * NANOS_PER_MICRO * each.count, 0);
  return { count, sumSeconds: sumNanos / NANOS_PER_SECOND, counts };
}
