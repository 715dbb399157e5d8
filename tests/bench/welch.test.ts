import { expect, test } from 'vitest';
import { mean, variance } from '../../bench/stats/mean.ts';
import { welchT } from '../../bench/stats/welch.ts';

test('mean and variance follow their definitions', () => {
  expect([mean([2, 4, 9]), variance([2, 4, 9])]).toEqual([5, 13]);
  expect([mean([]), variance([1])]).toEqual([Number.NaN, Number.NaN]);
});

test.each([
  // By hand: means 3 and 6, variances 2.5 and 10, five values each: -3/√(0.5 + 2).
  ['of two samples', [1, 2, 3, 4, 5], [2, 4, 6, 8, 10], -3 / Math.sqrt(2.5)],
  // Means 3 and 4, variances 4 and 3.5, of 3 and 5 values: -1/√(4/3 + 0.7).
  ['of samples of different size', [1, 3, 5], [2, 3, 4, 4, 7], -1 / Math.sqrt(4 / 3 + 0.7)],
  ['of the same sample twice', [1, 2, 3], [1, 2, 3], 0],
  ['of two equal samples without scatter', [2, 2], [2, 2], 0],
  ['of two different samples without scatter', [3, 3], [2, 2], Number.POSITIVE_INFINITY],
  ['of too small a sample', [3], [2, 2], Number.NaN],
])('Welch’s t %s', (_, a, b, t) => {
  if (Number.isFinite(t)) expect(welchT(a, b)).toBeCloseTo(t, 12);
  else expect(welchT(a, b)).toBe(t);
});
