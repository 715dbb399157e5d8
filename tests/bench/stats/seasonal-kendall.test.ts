import { describe, expect, test } from 'vitest';
import { seasonalKendall } from '../../../bench/stats/seasonal-kendall.ts';
import { seeded } from '../../seeded.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('the seasonal Kendall test', () => {
  test('of one series is the test of Mann and Kendall', () => {
    // S = 45 of a variance of 125: z = 44 / √125.
    const { tau, p } = seasonalKendall([upTo(10)]);
    expect(tau).toBe(1);
    expect(p).toBeCloseTo(8.3e-5, 6);
  });

  test('takes ties into account', () => {
    // S = 5 of a variance of (4·3·13 − 2·1·9)/18 = 7.67: z = 4 / √7.67.
    expect(seasonalKendall([[1, 2, 2, 3]]).p).toBeCloseTo(0.1486, 4);
    expect(seasonalKendall([[5, 5, 5]])).toEqual({ tau: 0, p: 1 });
  });

  test('adds up series of different heights, each compared with itself', () => {
    const falling = upTo(20).map((series) => [100 * series, 100 * series - 1]);
    expect(seasonalKendall(falling)).toEqual({ tau: -1, p: expect.closeTo(2.15e-5, 6) });
    expect(
      seasonalKendall([
        [1, 2],
        [2, 1],
      ]),
    ).toEqual({ tau: 0, p: 1 });
    expect(seasonalKendall([])).toEqual({ tau: 0, p: 1 });
  });

  test('finds a trend in no more than 5 % of series without one', () => {
    const random = seeded(11);
    const ps = upTo(400).map(() => seasonalKendall(upTo(6).map(() => upTo(8).map(random))).p);
    expect(ps.filter((p) => p < 0.05).length).toBeLessThan(32);
  });
});
