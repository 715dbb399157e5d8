import { describe, expect, test } from 'vitest';
import { median, medianInterval } from '../../../bench/stats/median.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

test('the median is the middle value, or between the two middle ones', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
});

describe('the interval of a median', () => {
  // By the binomial distribution: the first rank is the largest k for which fewer than k heads of n coins have at most 2.5 %.
  test.each([
    [5, undefined],
    [6, [1, 6]],
    [8, [1, 8]],
    [9, [2, 8]],
    [12, [3, 10]],
    [20, [6, 15]],
    [100, [40, 61]],
  ])('of %i values is between the values of the right ranks', (n, ranks) => {
    const interval = medianInterval(upTo(n).reverse(), 0.05);
    expect(interval && [interval.low, interval.high]).toEqual(ranks);
  });

  test('contains the median also of more values than a power of one half can be written for', () => {
    const { low = 0, high = 0 } = medianInterval(upTo(2000), 0.05) ?? {};
    expect([low, high]).toEqual([956, 1045]);
  });
});
