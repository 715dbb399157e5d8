import { expect, test } from 'vitest';
import { stateCapacities } from '../../../bench/capacity/statements.ts';
import type { Capacity } from '../../../bench/model/capacity.ts';

const found: Capacity = {
  ...{ target: 'async', transport: 'tcp', connections: 50, work: null, cacheHit: 0 },
  ...{ outcome: 'bracketed', confirmed: 20_000, refuted: 21_000, limit: null, steps: [], profile: [], notes: [] },
};

test.each<[string, Partial<Capacity>, readonly string[]]>([
  ['a bracket', {}, ['async kept p99<5ms at 20,000 requests/s, but not at 21,000 requests/s.']],
  [
    'a capacity that the generator limited',
    { outcome: 'at-least', refuted: null, limit: 'generator' },
    ['async kept p99<5ms at 20,000 requests/s; it may be able to do more, but the generator was the limit.'],
  ],
  [
    'a capacity that the budget limited',
    { outcome: 'at-least', refuted: null, limit: 'budget' },
    ['async kept p99<5ms at 20,000 requests/s; the budget ended before its limit was found.'],
  ],
  [
    'no kept rate',
    { outcome: 'none', confirmed: null, refuted: 10 },
    ['async kept p99<5ms at no rate that was tried, down to 10 requests/s.'],
  ],
  [
    'no kept rate, with the generator at its limit',
    { outcome: 'unknown', confirmed: null, refuted: null, limit: 'generator' },
    ['async kept p99<5ms at no rate that was tried, and the generator may be the cause.'],
  ],
  [
    'an objective that was not measured',
    { outcome: 'unknown', confirmed: null, refuted: null, limit: 'unmeasured' },
    ['async could not be compared with p99<5ms, because not all of it was measured.'],
  ],
  ['no finding', { outcome: 'unknown', confirmed: null, refuted: null, limit: 'budget' }, []],
])('%s', (_, capacity, statements) => {
  expect(stateCapacities([{ ...found, ...capacity }], ['p99<5ms'])).toEqual(statements);
});

test('several targets are not ranked, and statements name the loads in which they differ', () => {
  const other: Capacity = { ...found, target: 'epoll', connections: 1 };
  const statements = stateCapacities([found, other], ['p99<5ms', 'p50<1ms']);
  expect(statements.map((statement) => statement.slice(0, 56))).toEqual([
    'async (tcp, 50 connections) kept p99<5ms and p50<1ms at ',
    'epoll (tcp, 1 connection) kept p99<5ms and p50<1ms at 20',
    'One search per target is not enough to rank them: bracke',
  ]);
});
