import { expect, test } from 'vitest';
import { shift } from '../../../bench/stats/shift.ts';
import { seeded } from '../../seeded.ts';

test('the shift is the median of all differences', () => {
  expect(shift([1, 2, 3], [11, 12, 14], 0.2).estimate).toBe(10);
});

// Critical values of U at 5 %, two-sided: the table of Mann and Whitney. One more difference is skipped at either end.
test.each([
  [4, 4, 0],
  [5, 5, 2],
  [3, 5, 0],
  [8, 10, 17],
  [20, 20, 127],
])('the interval of %i and %i values skips differences up to the critical U, %i', (m, n, critical) => {
  const before = Array.from({ length: m }, (_, i) => i);
  const after = Array.from({ length: n }, (_, i) => 100 + i * 0.01 + i * i * 1e-4);
  const differences = after.flatMap((late) => before.map((early) => late - early)).sort((a, b) => a - b);
  const { low, high } = shift(before, after, 0.05).interval;
  expect([low, high]).toEqual([differences[critical], differences.at(-1 - critical)]);
});

test('three values and four are too few for an interval at 5 %', () => {
  expect(shift([1, 2, 3], [4, 5, 6, 7], 0.05).interval).toEqual({ low: -Infinity, high: Infinity });
});

test('the interval contains the true shift as often as promised, also in long series', () => {
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
