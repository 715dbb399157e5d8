import { expect, test } from 'vitest';
import {
  binaryTicks,
  linearTicks,
  logTicks,
  percentileTicks,
  tickLabel,
  tickLabels,
} from '../../../../reports/page/charts/ticks.ts';

test.each<[string, number[], number[]]>([
  ['steps of 1, 2 or 5', linearTicks(0, 10, 5), [0, 2, 4, 6, 8, 10]],
  ['only values inside', linearTicks(0.13, 0.47, 4), [0.2, 0.3, 0.4]],
  ['on both sides of 0', linearTicks(-12, 12, 5), [-10, -5, 0, 5, 10]],
  ['without errors of binary fractions', linearTicks(0, 0.3, 3), [0, 0.1, 0.2, 0.3]],
  ['of a few decades', logTicks(10, 1000, 7), [10, 20, 50, 100, 200, 500, 1000]],
  ['of many decades', logTicks(1, 1e6, 7), [1, 10, 100, 1000, 1e4, 1e5, 1e6]],
  ['of more decades than ticks', logTicks(1, 1e8, 5), [1, 100, 1e4, 1e6, 1e8]],
  ['powers of two for sizes', binaryTicks(1000, 9000, 6), [1024, 2048, 4096, 8192]],
  ['one more nine each', percentileTicks(99.95), [0, 50, 90, 99, 99.9]],
])('ticks: %s', (_, ticks, expected) => {
  expect(ticks).toEqual(expected);
});

test('labels have no zeros at their end, and a minus, not a hyphen', () => {
  const micros = { name: 'ms', factor: 1000 };
  expect(tickLabel('micros', 1500, micros)).toBe('1.5');
  expect(tickLabel('micros', 10_000, undefined)).toBe('10 ms');
  expect(tickLabel('perSecond', 100_000, undefined)).toBe('100k');
  expect(tickLabel('count', 1024, undefined)).toBe('1,024');
  expect(tickLabel('share', -0.05, { name: '%', factor: 0.01 })).toBe('−5');
  expect(tickLabel('percentile', 99.9, undefined)).toBe('99.9');
});

test('labels of near values have as many digits as distinguish them', () => {
  expect(tickLabels('perSecond', [2002, 2004, 2006], undefined)).toEqual(['2.002k', '2.004k', '2.006k']);
  expect(tickLabels('bytes', [1024 ** 2, 1024 ** 2 + 1024], undefined)).toEqual(['1 MiB', '1.000977 MiB']);
  expect(tickLabels('micros', [5001, 5002], { name: 'ms', factor: 1000 })).toEqual(['5.001', '5.002']);
  expect(tickLabels('perSecond', [2000, 4000], undefined)).toEqual(['2k', '4k']);
});
