import { expect, test } from 'vitest';
import type { Axis } from '../../../../reports/document/chart.ts';
import { nines, scaleOf } from '../../../../reports/page/charts/scale.ts';

const options = { range: [0, 100], ticks: 5, isValueAxis: true } as const;

function axis(changes: Partial<Axis>): Axis {
  return { name: 'Latency', unit: 'micros', scale: 'linear', ...changes };
}

test('a linear axis of values begins at 0, and has one unit for its ticks', () => {
  const scale = scaleOf(axis({}), [2000, 4000], options);
  expect(scale.at(0)).toBe(0);
  expect(scale.at(4000)).toBeGreaterThan(95);
  expect(scale.title).toBe('Latency (ms)');
  expect(scale.ticks.map(({ label }) => label)).toEqual(['0', '1', '2', '3', '4']);
});

test('unless its values are compared among themselves', () => {
  const scale = scaleOf(axis({ includesZero: false }), [2000, 4000], options);
  expect(scale.at(2000)).toBeLessThan(10);
  expect(scale.domain[0]).toBeGreaterThan(1000);
});

test('a logarithmic axis has no place for 0', () => {
  const scale = scaleOf(axis({ scale: 'log' }), [0, 10, 1000], options);
  expect(scale.at(0)).toBeUndefined();
  expect(scale.at(100)).toBeCloseTo(50, 6);
});

test.each<[number[], string[]]>([
  [[50 * 1024 ** 2], ['46 MiB', '48 MiB', '50 MiB', '52 MiB', '54 MiB', '56 MiB']],
  [
    [1024, 8192],
    ['1 KiB', '2 KiB', '4 KiB', '8 KiB'],
  ],
])('a logarithmic axis of %j bytes has ticks', (values, labels) => {
  const { ticks } = scaleOf(axis({ unit: 'bytes', scale: 'log' }), values, options);
  expect(ticks.map(({ label }) => label)).toEqual(labels);
});

test('each nine of a percentile has the same width, and the maximum is a little beyond', () => {
  const percentile = axis({ name: 'Percentile', unit: 'percentile', scale: 'percentile' });
  const { at, ticks } = scaleOf(percentile, [50, 90, 99, 99.9, 100], options);
  const [p90 = 0, p99 = 0, p999 = 0, most = 0] = [90, 99, 99.9, 100].map(at);
  expect(p99 - p90).toBeCloseTo(p999 - p99, 6);
  expect(most).toBe(100);
  expect(ticks.map(({ label }) => label)).toEqual(['50', '90', '99', '99.9', 'max']);
  expect(nines(99)).toBeCloseTo(2, 9);
});

test.each([[[]], [[5]], [[0]], [[Number.NaN]]])('values %j make a scale without gaps', (values) => {
  for (const scale of ['linear', 'log'] as const) {
    const { at, domain } = scaleOf(axis({ scale }), values, options);
    expect(domain.every(Number.isFinite)).toBe(true);
    expect(at(domain[1])).toBeCloseTo(100, 6);
  }
});
