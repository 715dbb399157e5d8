import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal } from '../../../bench/lab/verify/noise.ts';
import { mean, trimmedMean, trimmedVariance, variance } from '../../../bench/stats/mean.ts';
import { streamOf } from '../../../servers/random/streams.ts';

/** Integers, whose sums are exact in any order. */
const values = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { minLength: 2, maxLength: 60 });

describe('a trimmed mean', () => {
  test('leaves out the extreme values', () => {
    expect(trimmedMean([9, 1, 2, 3, -50, 4, 5, 6], 0.25)).toBe((2 + 3 + 4 + 5) / 4);
    // Whole values are trimmed: of seven, a quarter is one.
    expect(trimmedMean([7, 1, 2, 3, 4, 5, 100], 0.25)).toBe((2 + 3 + 4 + 5 + 7) / 5);
    expect(trimmedMean([1, 2, 9], 0)).toBe(4);
  });

  test('is NaN for an unknown value or no values', () => {
    expect(trimmedMean([1, 2, 3, Number.NaN], 0.25)).toBeNaN();
    expect(trimmedMean([], 0.25)).toBeNaN();
  });

  test('does not depend on the order or on the size of the extreme values', () => {
    fc.assert(
      fc.property(values, (all) => {
        expect(trimmedMean([...all].reverse(), 0.25)).toBe(trimmedMean(all, 0.25));
        expect(trimmedMean([...all, 1e7, -1e7], 0.49)).toBeGreaterThanOrEqual(Math.min(...all) - 1e-6);
        expect(trimmedMean([...all, 1e7, -1e7], 0.49)).toBeLessThanOrEqual(Math.max(...all) + 1e-6);
      }),
    );
  });
});

describe('the variance of a trimmed mean', () => {
  test('without trimming is the variance', () => {
    fc.assert(
      fc.property(values, (all) => {
        // Sums in another order differ in their last digits.
        const apart = Math.abs(trimmedVariance(all, 0) - variance(all));
        expect(apart).toBeLessThanOrEqual(1e-9 * variance(all));
      }),
    );
  });

  test('is that of the winsorized values', () => {
    const pulledIn = [2, 2, 2, 3, 4, 5, 5, 5];
    expect(trimmedVariance([1, 100, 3, 4, -7, 2, 5, 6], 0.25)).toBeCloseTo(variance(pulledIn) / 0.25, 12);
  });

  test('matches the scatter of trimmed means of many samples', () => {
    const random = streamOf('simulated server', { seed: 2 });
    // One in ten is a stall.
    const samples = Array.from({ length: 4000 }, () =>
      Array.from({ length: 64 }, () => normal(random) + (random() < 0.1 ? 8 : 0)),
    );
    const estimated = mean(samples.map((sample) => trimmedVariance(sample, 0.25))) / 64;
    const seen = variance(samples.map((sample) => trimmedMean(sample, 0.25)));
    expect(estimated / seen).toBeGreaterThan(0.9);
    expect(estimated / seen).toBeLessThan(1.15);
  });
});
