import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionsOf, divide, threadShares } from '../../../bench/fleet/schedule/shares.ts';
import { makePacer } from '../../../bench/load/arrivals/pacer.ts';
import { operatingPoint } from '../../../bench/model/operating-point.ts';

test.each([
  { total: 10, weights: [1, 1, 1], shares: [4, 3, 3] },
  { total: 8, weights: [1, 7], shares: [1, 7] },
  { total: 7, weights: [2, 3, 5], shares: [1, 2, 4] },
  { total: 0, weights: [1, 2], shares: [0, 0] },
])('$total by $weights is $shares', ({ total, weights, shares }) => {
  expect(divide(total, weights)).toEqual(shares);
});

test('shares add up to the total, and differ from the exact quota by less than one', () => {
  const weights = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), weights, (total, given) => {
      const shares = divide(total, given);
      const sum = given.reduce((all, weight) => all + weight, 0);
      expect(shares.reduce((all, share) => all + share, 0)).toBe(total);
      for (const [i, share] of shares.entries()) {
        expect(Math.abs(share - (total * (given[i] as number)) / sum)).toBeLessThan(1);
      }
    }),
  );
});

describe('the threads of a fleet', () => {
  test('are the same number on each agent, that of the smallest, or one for each CPU', () => {
    const plan = { cpus: [4, 2], threads: null, most: 100 };
    expect(threadShares({ ...plan, division: 'evenly' })).toEqual([
      { threads: [0, 2], of: 4 },
      { threads: [1, 3], of: 4 },
    ]);
    expect(threadShares({ ...plan, division: 'fitness' })).toEqual([
      { threads: [0, 2, 4, 5], of: 6 },
      { threads: [1, 3], of: 6 },
    ]);
  });

  test('are at least one on each agent, and no more than there is work for', () => {
    expect(threadShares({ cpus: [64, 1], division: 'fitness', threads: 2, most: 100 })).toEqual([
      { threads: [0], of: 2 },
      { threads: [1], of: 2 },
    ]);
    expect(threadShares({ cpus: [8, 8], division: 'evenly', threads: null, most: 3 }).map(({ of }) => of)).toEqual([
      3, 3,
    ]);
    expect(() => threadShares({ cpus: [1, 1, 1], division: 'evenly', threads: null, most: 2 })).toThrow(
      '3 agents need at least 3 connections',
    );
  });

  const fleets = fc.record({
    cpus: fc.array(fc.integer({ min: 1, max: 16 }), { minLength: 1, maxLength: 16 }),
    division: fc.constantFrom('evenly' as const, 'fitness' as const),
    connections: fc.integer({ min: 16, max: 10_000 }),
  });

  test('hold all connections and every thread once', () => {
    fc.assert(
      fc.property(fleets, ({ cpus, division, connections }) => {
        const shares = threadShares({ cpus, division, threads: null, most: connections });
        const numbers = shares.flatMap(({ threads }) => threads).sort((a, b) => a - b);
        expect(numbers).toEqual(Array.from({ length: shares[0]?.of ?? 0 }, (_, i) => i));
        const point = operatingPoint({ connections });
        const held = shares.map((share) => connectionsOf({ point, share }));
        expect(held.reduce((sum, count) => sum + count, 0)).toBe(connections);
        if (division === 'evenly') {
          // Threads differ by one connection at most, so agents by their threads at most; in turn, by one.
          expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('arrivals of several agents', () => {
  const profile = { start: 1000, stages: [], holdMs: 0 };
  const due = (arrivals: 'constant' | 'poisson', thread: number, threads: number, count: number) => {
    const pacer = makePacer({ profile, arrivals, streamKey: { seed: 7, round: 1 }, thread, threads });
    return Array.from({ length: count }, () => pacer.next());
  };

  test('of a constant rate are one schedule: the arrivals of one machine, in turn', () => {
    const alone = due('constant', 0, 1, 12);
    const shares = threadShares({ cpus: [2, 1], division: 'fitness', threads: null, most: 50 });
    const merged = shares.flatMap(({ threads, of }) => threads.flatMap((thread) => due('constant', thread, of, 4)));
    expect(merged.sort((a, b) => a - b)).toEqual(alone);
  });

  test('of Poisson arrivals are independent: no thread repeats the gaps of another', () => {
    const gaps = [0, 1, 2].map((thread) => due('poisson', thread, 3, 50).map((at, i, all) => at - (all[i - 1] ?? 0)));
    const all = gaps.flat();
    expect(new Set(all).size).toBe(all.length);
    // Each thread has a third of the rate: its mean gap is 3 ms.
    const mean = all.reduce((sum, gap) => sum + gap, 0) / all.length / 1e6;
    expect(mean).toBeGreaterThan(2);
    expect(mean).toBeLessThan(4);
  });
});
