import { describe, expect, test } from 'vitest';
import { shift } from '../../../bench/stats/shift.ts';
import { seeded } from '../../seeded.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** Returns how many differences lie outside of the interval on each side, of two samples of which all differ. */
function outside(m: number, n: number): number {
  const a = upTo(m).map((i) => i * 1000);
  const b = upTo(n).map((i) => 10 ** 6 + i);
  const differences = b.flatMap((y) => a.map((x) => y - x)).sort((x, y) => x - y);
  const { low, high } = shift(a, b, 0.05).interval;
  expect(differences.indexOf(high)).toBe(differences.length - 1 - differences.indexOf(low));
  return differences.indexOf(low);
}

describe('the shift between two samples', () => {
  test('is the median of all differences', () => {
    expect(shift([1, 2, 3], [11, 12, 13], 0.05).estimate).toBe(10);
    expect(shift([], [1], 0.05).estimate).toBeNaN();
  });

  // Two-sided critical values of Mann and Whitney's U at .05, as in any table of it.
  test.each([
    [4, 4, 0],
    [5, 5, 2],
    [5, 8, 6],
    [10, 10, 23],
    [13, 13, 45],
    [20, 20, 127],
  ])(
    'has an interval for %i and %i values that leaves out the differences up to the critical one',
    (m, n, critical) => {
      expect(outside(m, n)).toBe(critical);
      expect(outside(n, m)).toBe(critical);
    },
  );

  test('has an interval for larger samples that agrees with the normal approximation', () => {
    expect(Math.abs(outside(21, 20) - 134)).toBeLessThanOrEqual(1);
  });

  test('has no bounds where there are too few values to reject anything', () => {
    expect(shift([1, 2, 3], [1, 2, 3], 0.05).interval).toEqual({ low: -Infinity, high: Infinity });
    expect(shift([], [1, 2, 3], 0.05).interval).toEqual({ low: -Infinity, high: Infinity });
  });

  test('has an interval that contains the true one as often as promised, also in long series', () => {
    const random = seeded(4);
    const skewed = (n: number, above: number) => Array.from({ length: n }, () => above - Math.log(1 - random()));
    for (const [m, n, repeats] of [
      [5, 9, 400],
      [90, 110, 60],
    ] as const) {
      const covered = Array.from({ length: repeats }, () => shift(skewed(m, 0), skewed(n, 3), 0.05)).filter(
        ({ interval: { low, high } }) => low <= 3 && high >= 3,
      );
      expect(covered.length / repeats).toBeGreaterThan(0.88);
      expect(covered.length / repeats).toBeLessThan(0.995);
    }
  });
});
