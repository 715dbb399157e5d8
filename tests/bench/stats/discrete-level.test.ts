import { expect, test } from 'vitest';
import { testableLevel } from '../../../bench/stats/discrete-level.ts';

/** @param smallest the smallest p that each test can reach. */
function levelOf(...smallest: number[]) {
  return testableLevel(0.05, (level) => smallest.filter((p) => p <= level).length);
}

test('tests that could all reject share alpha, as by Bonferroni', () => {
  expect(levelOf(1e-9, 1e-9, 1e-9, 1e-9)).toEqual({ tests: 4, level: 0.0125 });
});

test('tests that cannot reject do not count', () => {
  expect(levelOf(1e-9, 0.06, 0.3, 1)).toEqual({ tests: 1, level: 0.05 });
  // At 5 % three could reject, at 2.5 % two.
  expect(levelOf(1e-9, 0.02, 0.03, 0.5)).toEqual({ tests: 2, level: 0.025 });
});

test('without tests, the level is alpha', () => {
  expect(levelOf()).toEqual({ tests: 1, level: 0.05 });
});
