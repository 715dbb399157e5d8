import fc from 'fast-check';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../bench/measure/histogram.ts';
import { summarizeLatency } from '../../bench/measure/latency.ts';

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

/** Returns the ⌈q·n⌉-th smallest value: what a histogram with perfect buckets would return. */
function exactQuantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1] ?? Number.NaN;
}

// Durations from 0 ns to 73 minutes, spread over the orders of magnitude.
const duration = fc
  .tuple(fc.integer({ min: 0, max: 41 }), fc.double({ min: 1, max: 1.999, noNaN: true }))
  .map(([exponent, mantissa]) => Math.floor(2 ** exponent * mantissa) - 1);
const durations = fc.array(duration, { minLength: 1, maxLength: 200 });
const quantile = fc.double({ min: 0, max: 1, noNaN: true });

describe('a histogram', () => {
  test('returns every quantile within one part in 1,000, and never below the true value', () => {
    fc.assert(
      fc.property(durations, quantile, (values, q) => {
        const exact = exactQuantile(values, q);
        const answer = histogramOf(values).quantile(q);
        expect(answer).toBeGreaterThanOrEqual(exact);
        expect(answer).toBeLessThanOrEqual(exact + exact / 1000);
      }),
    );
  });

  test('is exact below 2,048 ns', () => {
    for (const value of [0, 1, 2, 1023, 1024, 2047]) expect(histogramOf([value, 5000]).quantile(0.5)).toBe(value);
  });

  test.each([2047, 2048, 2049, 4095, 4096, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32, 2 ** 41, 2 ** 42 - 1])(
    'distinguishes %d from values 0.1 % away',
    (value) => {
      const histogram = histogramOf([value, value + Math.ceil(value / 1000) + 1]);
      expect(histogram.quantile(0.5)).toBeLessThan(value + Math.ceil(value / 1000) + 1);
    },
  );

  test('has the exact count, mean and maximum', () => {
    const histogram = histogramOf([5, 1_000_003, 70]);
    expect(histogram.count).toBe(3);
    expect(histogram.mean).toBeCloseTo(1_000_078 / 3);
    expect(histogram.max).toBe(1_000_003);
  });

  test('records negative durations as zero, and infinite ones as the longest', () => {
    expect(histogramOf([-3]).max).toBe(0);
    expect(histogramOf([Number.POSITIVE_INFINITY]).max).toBe(2 ** 42 - 1);
  });

  test('is empty after a reset', () => {
    const histogram = histogramOf([7, 8]);
    histogram.reset();
    expect(histogram.count).toBe(0);
    expect(histogram.quantile(0.99)).toBe(0);
    expect([...histogram.buckets()]).toEqual([]);
  });

  test('of two added halves equals that of the whole', () => {
    fc.assert(
      fc.property(durations, durations, quantile, (first, second, q) => {
        const sum = histogramOf(first);
        sum.add(histogramOf(second));
        const whole = histogramOf([...first, ...second]);
        expect([...sum.buckets()]).toEqual([...whole.buckets()]);
        expect(sum.quantile(q)).toBe(whole.quantile(q));
        expect([sum.count, sum.max]).toEqual([whole.count, whole.max]);
      }),
    );
  });

  test('is readable through shared memory while another view records', () => {
    const memory = new SharedArrayBuffer(4 * 1024 * 64);
    const writer = new Histogram(memory);
    const reader = new Histogram(memory);
    writer.record(123);
    expect(reader.quantile(1)).toBe(123);
  });
});

describe('a latency summary', () => {
  test('is in microseconds', () => {
    const summary = summarizeLatency(histogramOf(Array.from({ length: 1000 }, (_, i) => (i + 1) * 1000)));
    expect(summary).toMatchObject({ count: 1000, max: 1000 });
    expect(summary.p50).toBeCloseTo(500, -1);
    expect(summary.p99).toBeCloseTo(990, -1);
    expect(summary.p999).toBeCloseTo(999, -1);
  });

  test('has an encoding from which HdrHistogram reads the same percentiles', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const histogram = histogramOf(values);
        const decoded = decodeFromCompressedBase64(summarizeLatency(histogram).hdr);
        expect(decoded.totalCount).toBe(histogram.count);
        for (const q of [0.5, 0.9, 0.99]) {
          const [ours, theirs] = [histogram.quantile(q), decoded.getValueAtPercentile(q * 100)];
          expect(Math.abs(ours - theirs)).toBeLessThanOrEqual(ours / 1000);
        }
      }),
    );
  });
});
