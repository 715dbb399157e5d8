import { describe, expect, test } from 'vitest';
import { limitRows } from '../../../bench/lab/limit/limit-rows.ts';
import { ephemeralPorts, possibleConnections } from '../../../bench/lab/limit/rows/connections.ts';
import { relativeGrowth } from '../../../bench/lab/limit/rows/growth.ts';
import { inTurn } from '../../../bench/lab/limit/turns.ts';
import { seeded } from '../../seeded.ts';

describe('contestants that run in turn', () => {
  /** Runs three contestants. @returns which ran, in order, and their results. */
  async function race(seed: number) {
    const order: string[] = [];
    let running = 0;
    const contestant = (name: string, outcome: number) => async () => {
      expect(++running).toBe(1);
      await Promise.resolve();
      order.push(name);
      running--;
      return outcome;
    };
    const contestants = { a: contestant('a', 1), b: contestant('b', 2), c: contestant('c', 3) };
    return { outcomes: await inTurn(seeded(seed), contestants), order: order.join('') };
  }

  test('run once each, one at a time, and have their results under their names', async () => {
    const { outcomes, order } = await race(1);
    expect(outcomes).toEqual({ a: 1, b: 2, c: 3 });
    expect([...order].sort().join('')).toBe('abc');
  });

  test('run in an order that the seed determines, and every order occurs', async () => {
    const orders = await Promise.all(Array.from({ length: 100 }, (_, seed) => race(seed)));
    expect(new Set(orders.map(({ order }) => order)).size).toBe(6);
    expect((await race(7)).order).toBe(orders[7]?.order);
  });

  test('that do not take part have no result', async () => {
    const outcomes = await inTurn(seeded(1), { a: async () => 1, b: undefined });
    expect(outcomes).toEqual({ a: 1, b: undefined });
  });

  test('end when one of them fails', async () => {
    const failing = { a: () => Promise.reject(new Error('broken')) };
    await expect(inTurn(seeded(1), failing)).rejects.toThrow('broken');
  });
});

describe('the limit rows', () => {
  test('have unique names', () => {
    const names = limitRows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(limitRows)('$name has a bound', ({ figures }) => {
    const bounds = Object.values(figures).filter((figure) => 'atLeast' in figure || 'atMost' in figure);
    expect(bounds.length).toBeGreaterThan(0);
  });
});

describe('the possible connections of a process', () => {
  test.each([
    ['are all with enough files and ports', 20_100, 28_232, 20_000, undefined],
    ['are one fewer with one file too few', 20_099, 28_232, 19_999, 'may open 20099 files'],
    ['are limited by open files', 1024, 28_232, 924, 'ulimit -Hn 20100; ulimit -n 20100'],
    ['are limited by local ports', 65_536, 10_000, 9900, 'there are 10000 local ports'],
  ])('%s', (_, files, ports, begun, note) => {
    const possible = possibleConnections(20_000, files, ports);
    expect(possible.begun).toBe(begun);
    expect(possible.notes).toHaveLength(note === undefined ? 0 : 1);
    if (note !== undefined) expect(possible.notes[0]).toContain(note);
  });

  test('are computed from both ends of the port range', () => expect(ephemeralPorts('32768\t60999\n')).toBe(28_232));
});

describe('the growth of CPU time with connections', () => {
  const base = { ours: 2, c: 4 };

  test.each([
    ['is ours where C shows none', { ours: 3, c: 4 }, 1.5],
    ['is relative to C’s', { ours: 3, c: 6 }, 1],
    ['is ours where C’s time decreases', { ours: 2.2, c: 1 }, 1.1],
    ['is below 1 where ours decreases', { ours: 1, c: 4 }, 0.5],
  ])('%s', (_, more, expected) => expect(relativeGrowth(base, more)).toBeCloseTo(expected, 12));
});
