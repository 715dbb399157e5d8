import { describe, expect, test } from 'vitest';
import {
  criticalDistance,
  distanceFromConstant,
  distanceFromExponential,
} from '../../bench/stats/kolmogorov-smirnov.ts';
import type { Random } from '../../servers/random/streams.ts';
import { seeded } from '../seeded.ts';

/** Returns the value that an exponential of mean 1 is below with probability `p`. */
const quantile = (p: number) => -Math.log(1 - p);
const exponentials = (n: number, random: Random) => Array.from({ length: n }, () => quantile(random()));

describe('the distance from an exponential', () => {
  test.each([
    ['of an empty sample', [], 0],
    ['of one value in the middle', [quantile(0.5)], 0.5],
    ['of one extreme value', [1e9], 1],
    ['of evenly spread values is half a step', [0.9, 0.1, 0.5, 0.7, 0.3].map(quantile), 0.1],
    ['of values below the possible range', [-1, -2], 1],
    ['of values that are all too large', [0.6, 0.8].map(quantile), 0.6],
    ['of a constant is at its step', [1, 1, 1, 1], 1 - Math.exp(-1)],
  ])('%s', (_, sample, distance) => expect(distanceFromExponential(sample)).toBeCloseTo(distance, 12));

  test('does not change the sample', () => {
    const sample = new Float64Array([3, 1, 2]);
    distanceFromExponential(sample);
    expect([...sample]).toEqual([3, 1, 2]);
  });

  test('exceeds the critical distance in one of a thousand samples', () => {
    const random = seeded(11);
    for (const n of [5, 50]) {
      const critical = criticalDistance(n);
      const exceeding = Array.from({ length: 20_000 }, () => exponentials(n, random)).filter(
        (sample) => distanceFromExponential(sample) > critical,
      );
      // 20 are expected; the tolerance is five standard deviations of a binomial.
      expect(Math.abs(exceeding.length - 20)).toBeLessThan(5 * Math.sqrt(20));
    }
  });

  test('of evenly spaced or bursty arrivals exceeds the critical distance', () => {
    const random = seeded(12);
    const even = Array.from({ length: 200 }, () => 0.9 + 0.2 * random());
    const bursts = Array.from({ length: 200 }, (_, i) => (i % 10 === 0 ? 10 : 0));
    for (const sample of [even, bursts]) expect(distanceFromExponential(sample)).toBeGreaterThan(criticalDistance(200));
  });
});

test.each([
  ['of an empty sample', [], 0],
  ['of the constant', [1, 1, 1], 0],
  ['of values up to 0.5 away', [0.5, 1.5, 1], 0],
  ['of values just outside', [0.49, 1.51, 1, 1], 0.5],
  ['of values far outside', [0, 9], 1],
])('the distance from a constant %s', (_, sample, distance) => expect(distanceFromConstant(sample)).toBe(distance));
