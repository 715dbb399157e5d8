import { describe, expect, test } from 'vitest';
import {
  byteRateUnit,
  formatByteRate,
  formatBytes,
  formatCount,
  formatMicros,
  formatNumber,
  formatP,
  formatPlural,
  formatProbability,
  formatSeconds,
  memoryUnit,
  timeUnit,
} from '../../reports/text/quantities.ts';

test.each([
  [0, '0'],
  [0.00774, '0.0077'],
  [0.0321, '0.0321'],
  [0.09996, '0.100'],
  [0.1234, '0.123'],
  [0.9996, '1.00'],
  [1.234, '1.23'],
  [9.996, '10.0'],
  [12.34, '12.3'],
  [99.96, '100'],
  [1234.5, '1,235'],
  [1_234_567, '1,234,567'],
])('formats the number %d as %s', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [0, '0'],
  [3, '3'],
  [0.5, '0.500'],
  [850, '850'],
  [999.7, '1.00k'],
  [98_412, '98.4k'],
  [999_600, '1.00M'],
  [1_234_567, '1.23M'],
  [2e9, '2.00G'],
])('formats the count %d as %s', (value, text) => {
  expect(formatCount(value)).toBe(text);
});

test.each([
  [0.5, '0.500 µs'],
  [582, '582 µs'],
  [12_300, '12.3 ms'],
  [1_500_000, '1.50 s'],
])('formats %d microseconds as %s', (value, text) => {
  expect(formatMicros(value)).toBe(text);
});

test.each([
  [64, '64 B'],
  [4096, '4.00 KiB'],
  [123 * 1024 ** 2, '123 MiB'],
])('formats %d bytes as %s', (value, text) => {
  expect(formatBytes(value)).toBe(text);
});

test.each([
  [850, '850 B/s'],
  [64_000, '64.0 kB/s'],
  [1e6, '1.00 MB/s'],
  [1_234_567_890, '1.23 GB/s'],
])('formats %d bytes per second as %s', (value, text) => {
  expect(formatByteRate(value)).toBe(text);
});

test.each([
  [0, '0 s'],
  [0.0005, '0.5 ms'],
  [0.04, '40 ms'],
  [0.25, '250 ms'],
  [0.12345, '123 ms'],
  [0.9994, '999 ms'],
  [0.9996, '1 s'],
  [1.25, '1.3 s'],
  [42.4, '42 s'],
  [59.99, '60 s'],
  [125, '2 min 5 s'],
  [3600, '60 min'],
])('formats %d seconds as %s', (value, text) => {
  expect(formatSeconds(value)).toBe(text);
});

test('uses the singular for one only', () => {
  expect([0, 1, 2, 1500].map((count) => formatPlural(count, 'round'))).toEqual([
    '0 rounds',
    '1 round',
    '2 rounds',
    '1500 rounds',
  ]);
});

describe('the unit of a column', () => {
  test.each([
    ['follows the middle value', [20, 500, 2000], 'µs'],
    ['is larger when the middle value has four digits', [20, 1500, 8000], 'ms'],
    ['is larger when a value would need five digits', [20, 500, 10_000], 'ms'],
    ['is the smallest without values', [], 'µs'],
  ] as const)('%s', (_, micros, unit) => {
    expect(timeUnit(micros).name).toBe(unit);
  });

  test('is decimal for a byte rate', () => {
    expect(byteRateUnit([2e6, 50e6, 900e6])).toEqual({ name: 'MB/s', factor: 1e6 });
  });

  test('is binary for memory', () => {
    expect(memoryUnit([50 * 1024 ** 2])).toEqual({ name: 'MiB', factor: 1024 ** 2 });
  });
});

test.each([
  [1, '1.0000'],
  [0.01234, '.0123'],
  [0.0001, '.0001'],
  [0.00009, '< .0001'],
])('formats the probability %d as %s', (p, text) => {
  expect(formatProbability(p)).toBe(text);
});

test('p of a test is a part of a sentence', () => {
  expect([formatP(0.04), formatP(0.0123, 3), formatP(0.0001, 3)]).toEqual(['p = .0400', 'p = .012', 'p < .001']);
});
