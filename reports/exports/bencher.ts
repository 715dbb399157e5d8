import type { Result } from '../../bench/model/result.ts';
import { jsonDocument } from '../text/json-document.ts';
import { plain } from '../text/plain.ts';
import { exportName, inBaseUnit } from './base-units.ts';
import { trackedMetrics } from './github-benchmark.ts';
import type { Sample } from './sample.ts';
import { samplesOf, wordsOf } from './samples.ts';

/** Longest name of a benchmark. */
const MAX_NAME = 1024;
const NANOS_PER_MICRO = 1000;

/** A metric of Bencher: the value, and the lowest and the highest of the rounds. */
interface BencherMetric {
  readonly value: number;
  readonly lower_value?: number;
  readonly upper_value?: number;
}

/**
 * Renders in the Bencher Metric Format: benchmarks by target and operating point, each with its measures. The median
 * response time is Bencher's own measure `latency` in nanoseconds, throughput its `throughput`; all others have base
 * units: `cpu-per-request-seconds`.
 * @see https://bencher.dev/docs/reference/bencher-metric-format/
 */
export function renderBencher(result: Result): string {
  const benchmarks = new Map<string, Record<string, BencherMetric>>();
  for (const sample of samplesOf(result)) {
    if (!trackedMetrics.includes(sample.name)) continue;
    const name = plain(wordsOf(sample.labels)).slice(0, MAX_NAME);
    const measures = benchmarks.get(name) ?? {};
    const { measure, scale } = measureOf(sample);
    measures[measure] = bencherMetric(sample, scale);
    benchmarks.set(name, measures);
  }
  return jsonDocument(Object.fromEntries(benchmarks));
}

/** Slugs consist of lower-case words joined by hyphens. */
function measureOf(sample: Sample): { measure: string; scale: (value: number) => number } {
  if (sample.name === 'response.p50') return { measure: 'latency', scale: (micros) => micros * NANOS_PER_MICRO };
  if (sample.name === 'rate') return { measure: 'throughput', scale: (rate) => rate };
  return { measure: exportName(sample).replaceAll('_', '-'), scale: (value) => inBaseUnit(sample, value) };
}

function bencherMetric({ value, low, high }: Sample, scale: (value: number) => number): BencherMetric {
  if (low === null || high === null) return { value: scale(value) };
  return { value: scale(value), lower_value: scale(low), upper_value: scale(high) };
}
