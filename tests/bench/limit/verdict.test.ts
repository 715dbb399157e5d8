import { describe, expect, test } from 'vitest';
import type { Figure } from '../../../bench/lab/limit/figure.ts';
import { isMissed, judge } from '../../../bench/lab/limit/verdict.ts';

const atLeast: Figure = { title: 'rate', unit: 'ratio', atLeast: 0.95 };
const atMost: Figure = { title: 'cost', unit: 'ratio', atMost: 1.1 };
const between: Figure = { title: 'p99', unit: 'micros', atLeast: 90, atMost: 110 };
const free: Figure = { title: 'rate', unit: 'perSecond' };

function outcome(figure: Figure, ...values: readonly number[]) {
  const row = { name: 'row', title: 'A row', figures: { it: figure } };
  const rounds = values.map((it) => ({ it }));
  return judge(row, rounds, []).figures[0]?.outcome;
}

describe('a figure is judged by its median', () => {
  test.each<[string, Figure, readonly number[], string]>([
    ['at the lower bound', atLeast, [0.95], 'met'],
    ['below the lower bound', atLeast, [0.949], 'missed'],
    ['far above a lower bound', atLeast, [7], 'met'],
    ['at the upper bound', atMost, [1.1], 'met'],
    ['above the upper bound', atMost, [1.1001], 'missed'],
    ['far below an upper bound', atMost, [0.1], 'met'],
    ['within both bounds', between, [100], 'met'],
    ['below both bounds', between, [89], 'missed'],
    ['above both bounds', between, [111], 'missed'],
    ['with one bad round of three', atLeast, [0.1, 0.96, 1], 'met'],
    ['with two bad rounds of three', atLeast, [0.1, 0.2, 1], 'missed'],
    ['which is the mean of the two middle values', atLeast, [0.1, 0.9, 1, 2], 'met'],
    ['that is NaN', atLeast, [Number.NaN], 'missed'],
    ['without a bound', free, [1], 'shown'],
    ['without any round', atLeast, [], 'unmeasured'],
    ['without a bound or any round', free, [], 'unmeasured'],
  ])('%s', (_, figure, values, expected) => expect(outcome(figure, ...values)).toBe(expected));
});

describe('a row', () => {
  const row = { name: 'udp', title: 'UDP', figures: { rate: atLeast, cost: atMost, sockperf: atLeast } };

  test('reports the median and range of each figure over the rounds that have it, in its own order', () => {
    const verdict = judge(row, [{ cost: 1, rate: 0.9 }, { rate: 1.3 }, { rate: 1, cost: 3 }], ['no sockperf']);
    expect(verdict).toMatchObject({ name: 'udp', title: 'UDP', rounds: 3, notes: ['no sockperf'] });
    expect(verdict.figures).toEqual([
      { ...atLeast, name: 'rate', median: 1, least: 0.9, most: 1.3, outcome: 'met' },
      { ...atMost, name: 'cost', median: 2, least: 1, most: 3, outcome: 'missed' },
      { ...atLeast, name: 'sockperf', median: null, least: null, most: null, outcome: 'unmeasured' },
    ]);
  });

  test.each([
    ['all measured figures are met', [{ rate: 1, cost: 1 }], false],
    ['one figure is missed', [{ rate: 1, cost: 2 }], true],
    ['nothing was measured', [], false],
  ])('is missed or not when %s', (_, rounds, expected) => expect(isMissed(judge(row, rounds, []))).toBe(expected));
});
