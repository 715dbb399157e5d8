import { expect, test } from 'vitest';
import { Histogram } from '../../bench/measure/histogram.ts';
import { summarizeLatency } from '../../bench/measure/latency.ts';
import { storedLatencies } from '../../bench/measure/stored-histogram.ts';

function histogramOf(micros: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const each of micros) histogram.record(each * 1000);
  return histogram;
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test('stored histograms add up to that of all requests, whose percentiles are not means of theirs', () => {
  const [fast, slow] = [histogramOf(upTo(900)), histogramOf(upTo(100).map((i) => 10_000 + i))];
  const both = storedLatencies([fast, slow].map(summarizeLatency));
  fast.add(slow);
  expect(both?.count).toBe(1000);
  for (const percentile of [0.1, 50, 89, 95, 99.9]) {
    expect(both?.micros(percentile)).toBeCloseTo(fast.quantile(percentile / 100) / 1000, -1);
  }
});

test('a histogram that cannot be read has no percentiles', () => {
  const good = summarizeLatency(histogramOf([1]));
  expect(storedLatencies([good, { hdr: 'HISTFAAA' }])).toBeNull();
  expect(storedLatencies([{ hdr: '' }])).toBeNull();
  expect(storedLatencies([])).toBeNull();
  expect(storedLatencies([summarizeLatency(new Histogram())])).toBeNull();
});
