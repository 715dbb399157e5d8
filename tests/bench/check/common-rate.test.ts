import { describe, expect, test } from 'vitest';
import { findCommonRate, type RateTrial, rateTrial } from '../../../bench/check/common-rate.ts';
import { readingOf } from '../../../bench/check/window-reading.ts';
import { Histogram } from '../../../bench/measure/histogram.ts';

/** Simulates a generator whose CPU use grows with the rate. */
const generator =
  (mostRate: number, lagShares = { p50: 0.05, p99: 0.3 }) =>
  async (rate: number): Promise<RateTrial> => ({ utilization: rate / mostRate, lagShares });

describe('the common rate', () => {
  test('is a quarter of what the slower program completes if the generator can send it', async () => {
    expect(await findCommonRate(50_000, generator(100_000))).toEqual({ rate: 12_500, dropped: [] });
  });

  test('for a server faster than the generator is what the generator sends at 70 % of its CPU', async () => {
    const rates: number[] = [];
    const { rate, dropped } = await findCommonRate(200_000, (tried) => {
      rates.push(tried);
      return generator(30_000)(tried);
    });
    expect(rates).toEqual([50_000, 30_000, 18_000]);
    expect({ rate, dropped }).toEqual({ rate: 18_000, dropped: [] });
  });

  test('drops a percentile that is mostly generator lag', async () => {
    const { rate, dropped } = await findCommonRate(50_000, generator(100_000, { p50: 0.1, p99: 0.8 }));
    expect(rate).toBe(12_500);
    expect(dropped).toEqual([
      { metric: 'p99', reason: expect.stringMatching(/^at 12500 requests\/s, 80 % of it is time before/) },
    ]);
  });

  test.each<[string, number, (rate: number) => Promise<RateTrial>, RegExp]>([
    ['is always busy', 50_000, generator(1), /it used \d+ % of its CPU even at \d+ requests/],
    ['is always late', 50_000, generator(1e6, { p50: 0.9, p99: 0.9 }), /90 % of it is time before/],
    ['has almost no load', 1, generator(1e6), /complete only 1.0 requests/],
  ])('is zero when the generator %s', async (_, capacity, tryAt, why) => {
    const { rate, dropped } = await findCommonRate(capacity, tryAt);
    expect(rate).toBe(0);
    expect(dropped.map(({ metric }) => metric)).toEqual(['p50', 'p99']);
    for (const { reason } of dropped) expect(reason).toMatch(why);
  });

  test('is judged by the median window', () => {
    const window = (utilization: number, lag: number) => {
      const [response, scheduleLag] = [new Histogram(), new Histogram()];
      response.record(100_000);
      scheduleLag.record(lag);
      const counts = { sent: 1, completed: 1 };
      return readingOf({ counts, latencies: { response, scheduleLag }, utilization, inFlightSeconds: 1 }, 1);
    };
    const { utilization, lagShares } = rateTrial([window(0.5, 20_000), window(0.6, 30_000), window(0.99, 90_000)]);
    expect(utilization).toBe(0.6);
    expect(lagShares.p50).toBeCloseTo(0.3, 1);
  });
});
