import { expect, test } from 'vitest';
import { signTest } from '../../../bench/stats/sign-test.ts';

test('the sign test has the binomial p-value', () => {
  expect(signTest([1, 1, 1, 1, 1])).toBeCloseTo(2 / 32, 12);
  expect(signTest([1, -1, 1, 1, 1, 1])).toBeCloseTo((2 * 7) / 64, 12);
  expect(signTest([1, -1, 0])).toBe(1);
  expect(signTest([])).toBe(1);
});
