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
    ['below it', atLeast, [0.949], 'missed'],
    ['far above a lower bound', atLeast, [7], 'met'],
    ['at the upper bound', atMost, [1.1], 'met'],
    ['above it', atMost, [1.1001], 'missed'],
    ['far below an upper bound', atMost, [0.1], 'met'],
    ['within both bounds', between, [100], 'met'],
    ['below both', between, [89], 'missed'],
    ['above both', between, [111], 'missed'],
    ['one round of three is bad', atLeast, [0.1, 0.96, 1], 'met'],
    ['two rounds of three are bad', atLeast, [0.1, 0.2, 1], 'missed'],
    ['the mean of the middle two decides', atLeast, [0.1, 0.9, 1, 2], 'met'],
    ['no number', atLeast, [Number.NaN], 'missed'],
    ['nothing is wanted of it', free, [1], 'shown'],
    ['no round has it', atLeast, [], 'unmeasured'],
    ['nothing is wanted, no round has it', free, [], 'unmeasured'],
  ])('%s', (_, figure, values, expected) => expect(outcome(figure, ...values)).toBe(expected));
});

describe('a row', () => {
  const row = { name: 'udp', title: 'UDP', figures: { rate: atLeast, cost: atMost, sockperf: atLeast } };

  test('tells median and range of each figure, over the rounds that have it, in the order of the row', () => {
    const verdict = judge(row, [{ cost: 1, rate: 0.9 }, { rate: 1.3 }, { rate: 1, cost: 3 }], ['no sockperf']);
    expect(verdict).toMatchObject({ name: 'udp', title: 'UDP', rounds: 3, notes: ['no sockperf'] });
    expect(verdict.figures).toEqual([
      { ...atLeast, name: 'rate', median: 1, least: 0.9, most: 1.3, outcome: 'met' },
      { ...atMost, name: 'cost', median: 2, least: 1, most: 3, outcome: 'missed' },
      { ...atLeast, name: 'sockperf', median: null, least: null, most: null, outcome: 'unmeasured' },
    ]);
  });

  test.each([
    ['all that was measured is met', [{ rate: 1, cost: 1 }], false],
    ['one figure is missed', [{ rate: 1, cost: 2 }], true],
    ['nothing was measured', [], false],
  ])('is missed or not when %s', (_, rounds, expected) => expect(isMissed(judge(row, rounds, []))).toBe(expected));
});
