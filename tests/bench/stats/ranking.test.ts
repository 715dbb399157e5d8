import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normal } from '../../../bench/lab/verify/noise.ts';
import { type Contestant, LOOK_ALPHA, rank, rankingLooks, roundsForRanking } from '../../../bench/stats/ranking.ts';
import { seeded } from '../../seeded.ts';

/** Returns rounds of contestants with these speeds; all contestants share a factor that varies by round. */
function measured(speeds: Record<string, number>, rounds: number, scatter = 0.01, seed = 1): Contestant[] {
  const random = seeded(seed);
  const ofRound = Array.from({ length: rounds }, () => random());
  return Object.entries(speeds).map(([name, speed]) => ({
    name,
    logs: ofRound.map((log) => Math.log(speed) + log + scatter * normal(random)),
  }));
}

function places(contestants: readonly Contestant[]): string[] {
  return rank(contestants).ranges.map(({ name, best, worst }) => `${name} ${best}–${worst}`);
}

describe('a ranking', () => {
  test('orders contestants that differ, and names the winner', () => {
    const contestants = measured({ slow: 50, fast: 100, middle: 75 }, 12);
    expect(places(contestants)).toEqual(['fast 1–1', 'middle 2–2', 'slow 3–3']);
    expect(rank(contestants)).toMatchObject({ winner: 'fast', unbeaten: ['fast'], decided: true, roundsNeeded: 12 });
  });

  test('gives equal contestants the same places, and none of them the first', () => {
    const contestants = measured({ a: 100, b: 100.1, slow: 50 }, 20);
    expect(places(contestants)).toEqual(['a 1–2', 'b 1–2', 'slow 3–3']);
    expect(rank(contestants)).toMatchObject({ winner: undefined, unbeaten: ['a', 'b'], decided: true });
    expect(rank(contestants).pairs.map(({ relation }) => relation)).toEqual(['equivalent', 'ahead', 'ahead']);
  });

  test('leaves pairs unresolved that the rounds do not decide', () => {
    const ranking = rank(measured({ a: 100, b: 104 }, 12, 0.3));
    expect(ranking).toMatchObject({ winner: undefined, unbeaten: ['a', 'b'], decided: false });
    expect(ranking.pairs[0]?.relation).toBe('unresolved');
  });

  test('decides nothing before there are enough rounds', () => {
    expect(rank(measured({ a: 100, b: 200 }, 11))).toMatchObject({ winner: undefined, decided: false, rounds: 11 });
  });

  test('treats a difference below 2 % as equivalent', () => {
    const [pair] = rank(measured({ a: 101, b: 100 }, 30, 0.0001)).pairs;
    expect(pair?.p).toBeLessThan(0.001);
    expect(pair?.relation).toBe('equivalent');
  });

  test.each([
    [2, 12],
    [8, 12],
    [14, 12],
    [20, 13],
    [40, 15],
  ])('of %i contestants needs %i rounds', (contestants, rounds) => {
    expect(roundsForRanking(contestants)).toBe(rounds);
  });

  test('does not depend on the unit or the order of contestants', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.double({ min: -5, max: 5, noNaN: true }), (seed, shift) => {
        const contestants = measured({ a: 100, b: 103, c: 150 }, 12, 0.02, seed);
        const scaled = contestants.map(({ name, logs }) => ({ name, logs: logs.map((log) => log + shift) }));
        expect(new Set(places(scaled))).toEqual(new Set(places(contestants)));
        expect(new Set(places([...contestants].reverse()))).toEqual(new Set(places(contestants)));
      }),
    );
  });

  test.each([
    [2, [12, 18, 27, 41, 61, 92, 137, 200]],
    [14, [15, 23, 34, 51, 76, 114, 171, 200]],
  ])('of %i contestants has few looks', (contestants, looks) => {
    expect(rankingLooks(contestants)).toEqual(looks);
  });

  test('with looks until all is decided errs no more often than with one look', () => {
    const runs = 150;
    const wrong = Array.from({ length: runs }, (_, seed) => {
      const rounds = measured({ a: 100, b: 100 }, 200, 0.06, seed + 1);
      for (const look of rankingLooks(2)) {
        const seen = rounds.map(({ name, logs }) => ({ name, logs: logs.slice(0, look) }));
        const { decided, winner } = rank(seen, LOOK_ALPHA);
        if (decided) return winner !== undefined;
      }
      return false;
    });
    expect(wrong.filter(Boolean).length / runs).toBeLessThan(0.05);
  });

  test('refuses contestants with missing rounds', () => {
    const [a, b] = measured({ a: 1, b: 1 }, 12) as [Contestant, Contestant];
    expect(() => rank([a, { ...b, logs: b.logs.slice(1) }])).toThrow('differ in number');
  });
});
