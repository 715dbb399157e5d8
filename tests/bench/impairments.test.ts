import { describe, expect, test } from 'vitest';
import { DelayLine } from '../../bench/lab/calibrate/delay-line.ts';
import {
  fateOf,
  fateOfNumber,
  releaseTime,
  stallQuantileMs,
  unimpaired,
} from '../../bench/lab/calibrate/impairments.ts';
import { calibrationTimes } from '../../bench/lab/calibrate/times.ts';

const MS = 1e6;
const stall = { everyMs: 2000, forMs: 200 };

describe('a stall', () => {
  test.each([
    ['does not delay a request before it', 1799, 1799],
    ['delays a request at its start', 1800, 2000],
    ['delays a request in its middle', 1900, 2000],
    ['delays a request at its last moment', 1999, 2000],
    ['does not delay a request after it', 2000, 2000],
    ['delays a request in the next period', 3850, 4000],
    ['delays a request much later', 2_001_801, 2_002_000],
  ])('%s', (_, dueMs, releasedMs) => {
    expect(releaseTime(5 * MS + dueMs * MS, 5 * MS, stall)).toBe(5 * MS + releasedMs * MS);
  });

  test('without a definition delays nothing', () => expect(releaseTime(123, 0, null)).toBe(123));

  test.each([
    [0.5, 0],
    [0.9, 0],
    [0.95, 100],
    [0.99, 180],
    [0.999, 198],
    [1, 200],
  ])('has a %d quantile of %d ms', (q, expected) => expect(stallQuantileMs(q, stall)).toBeCloseTo(expected, 6));

  test('has the quantiles of evenly spaced requests', () => {
    const waits = Array.from({ length: 20_000 }, (_, ms) => releaseTime(ms * MS, 0, stall) / MS - ms).sort(
      (a, b) => a - b,
    );
    for (const q of [0.95, 0.99, 0.999]) {
      const found = waits[Math.ceil(q * waits.length) - 1] ?? 0;
      expect(Math.abs(found - stallQuantileMs(q, stall))).toBeLessThanOrEqual(1);
    }
  });
});

test('the fate of a datagram follows the shares, with at most one fault each', () => {
  const shares = { ...unimpaired, loss: 0.1, duplication: 0.2, reordering: 0.3, corruption: 0.15 };
  const fates = [0, 0.0999, 0.1, 0.2999, 0.3001, 0.5999, 0.6001, 0.7499, 0.7501, 0.9999].map((n) =>
    fateOf(() => n, shares),
  );
  expect(fates).toEqual([
    ...['lose', 'lose', 'duplicate', 'duplicate', 'hold', 'hold', 'corrupt', 'corrupt', 'pass', 'pass'],
  ]);
  expect(fateOf(() => 0, unimpaired)).toBe('pass');
});

test.each([
  [1, 'pass'],
  [40, 'lose'],
  [60, 'hold'],
  [90, 'duplicate'],
  [120, 'lose'],
  [180, 'hold'],
  [270, 'duplicate'],
  [360, 'lose'],
])('the fate of datagram %i by its number is %s', (n, fate) => {
  expect(fateOfNumber(n, { lose: 40, swap: 60, duplicate: 90 })).toBe(fate);
});

test('a delay line returns due items in order', () => {
  const line = new DelayLine<string>();
  expect(line.nextDue).toBe(Number.POSITIVE_INFINITY);
  for (const [due, item] of [
    [10, 'a'],
    [10, 'b'],
    [20, 'c'],
  ] as const)
    line.put(due, item);
  expect([...line.due(9)]).toEqual([]);
  expect([...line.due(10)]).toEqual(['a', 'b']);
  expect(line.nextDue).toBe(20);
  expect([...line.due(99)]).toEqual(['c']);
  line.put(30, 'd');
  expect([line.nextDue, ...line.due(30)]).toEqual([30, 'd']);
});

test('the time of a calibration is divided among its cases, with whole periods for stalls', () => {
  expect(calibrationTimes()).toMatchObject({ delayMs: 3000, stallMs: 10_000, datagramsMs: 6000, oneSocketMs: 10_000 });
  expect(calibrationTimes(6000)).toMatchObject({ delayMs: 450, stallMs: 2000, datagramsMs: 900, oneSocketMs: 1500 });
  expect(calibrationTimes(80_000)?.stallMs).toBe(20_000);
  expect(calibrationTimes(4999)).toBeUndefined();
});
