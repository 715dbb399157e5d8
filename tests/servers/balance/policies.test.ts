import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BalancePolicy, balancePolicyNames, type Choose, chooserOf } from '../../../servers/balance/policies.ts';
import type { Random } from '../../../servers/random/streams.ts';
import { seeded } from '../../seeded.ts';

/** Returns a generator that gives these numbers in order. */
function sequence(...numbers: readonly number[]): Random {
  let next = 0;
  return () => numbers[next++] ?? 0;
}

/** Gives connections that never close to `servers` servers. @returns the number of connections of each. */
function deal(choose: Choose, servers: number, connections: number): number[] {
  const open = new Array<number>(servers).fill(0);
  for (let i = 0; i < connections; i++) {
    const chosen = choose(open);
    open[chosen] = (open[chosen] ?? 0) + 1;
  }
  return open;
}

/** Open connections at a choice, and the expected server. */
type Row = readonly [open: readonly number[], chosen: number];

describe('successive choices', () => {
  test.each<[BalancePolicy, string, readonly number[], readonly Row[]]>([
    [
      'round-robin',
      'ignore the load, and start over after the last server',
      [],
      [
        [[9, 0, 0], 0],
        [[9, 0, 0], 1],
        [[9, 0, 0], 2],
        [[9, 0, 0], 0],
      ],
    ],
    [
      'round-robin',
      'continue when a server has been removed',
      [],
      [
        [[0, 0, 0], 0],
        [[0, 0, 0], 1],
        [[0, 0], 0],
        [[0, 0], 1],
      ],
    ],
    [
      'least-connections',
      'take the least loaded server',
      [],
      [
        [[3, 1, 2], 1],
        [[3, 2, 2, 0], 3],
        [[1, 2, 3], 0],
      ],
    ],
    [
      'least-connections',
      'alternate between equally loaded servers',
      [],
      [
        [[0, 0, 0], 0],
        [[0, 0, 0], 1],
        [[0, 0, 0], 2],
        [[0, 0, 0], 0],
        [[0, 5, 0], 2],
      ],
    ],
    [
      'random',
      'ignore the load',
      [0, 0.34, 0.999],
      [
        [[9, 0, 0], 0],
        [[9, 9, 0], 1],
        [[0, 0, 9], 2],
      ],
    ],
    // The second number selects among the servers other than the first one.
    ['p2c', 'take the less loaded of two servers', [0, 0], [[[2, 1, 0], 1]]],
    ['p2c', 'take the first of two equally loaded servers', [0.5, 0.9], [[[1, 1, 1], 1]]],
    ['p2c', 'wrap around the end to find the second server', [0.9, 0], [[[1, 9, 2], 0]]],
    ['p2c', 'never compare a server with itself', [0.9, 0.9], [[[9, 1, 2], 1]]],
  ])('%s: %s', (policy, _, numbers, rows) => {
    const choose = chooserOf(policy, sequence(...numbers));
    expect(rows.map(([open]) => choose(open))).toEqual(rows.map(([, chosen]) => chosen));
  });
});

const someOpen = fc.array(fc.nat(1000), { minLength: 1, maxLength: 20 });

describe.each(balancePolicyNames)('%s', (policy) => {
  test('chooses one of the current servers, however their number changes', () => {
    fc.assert(
      fc.property(fc.array(someOpen, { maxLength: 50 }), fc.nat(), (states, seed) => {
        const choose = chooserOf(policy, seeded(seed));
        for (const open of states) {
          const chosen = choose(open);
          expect(Number.isInteger(chosen) && chosen >= 0 && chosen < open.length).toBe(true);
        }
      }),
    );
  });

  test('makes the same choices with the same seed', () => {
    const choices = (seed: number) => {
      const choose = chooserOf(policy, seeded(seed));
      return Array.from({ length: 100 }, (_, i) => choose([i % 7, i % 5, i % 3, 2]));
    };
    expect(choices(1)).toEqual(choices(1));
    const leavesToChance = policy === 'random' || policy === 'p2c';
    expect(JSON.stringify(choices(1)) === JSON.stringify(choices(2))).toBe(!leavesToChance);
  });
});

test.each(['round-robin', 'least-connections'] as const)(
  '%s: the numbers of connections of two servers differ by at most one',
  (policy) => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(500), (servers, connections) => {
        const open = deal(chooserOf(policy, seeded(0)), servers, connections);
        expect(Math.max(...open) - Math.min(...open)).toBeLessThanOrEqual(1);
      }),
    );
  },
);

test('least-connections: the chosen server has the fewest connections, whatever was chosen before', () => {
  fc.assert(
    fc.property(fc.array(someOpen, { maxLength: 50 }), (states) => {
      const choose = chooserOf('least-connections', seeded(0));
      for (const open of states) expect(open[choose(open)]).toBe(Math.min(...open));
    }),
  );
});

test('p2c: a server that is more loaded than all others is never chosen', () => {
  fc.assert(
    fc.property(someOpen, fc.nat(), (open, seed) => {
      const most = Math.max(...open);
      fc.pre(open.filter((count) => count === most).length === 1 && open.length > 1);
      expect(open[chooserOf('p2c', seeded(seed))(open)]).toBeLessThan(most);
    }),
  );
});

test('with as many connections as servers, the largest load is smaller with p2c than with random', () => {
  const servers = 1000;
  for (let seed = 0; seed < 20; seed++) {
    const largest = (policy: BalancePolicy) => Math.max(...deal(chooserOf(policy, seeded(seed)), servers, servers));
    expect(largest('p2c'), `seed ${seed}`).toBeLessThan(largest('random'));
  }
});
