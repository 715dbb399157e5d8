import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../bench/model/result.ts';
import { RoundCourse } from '../../bench/run/round-course.ts';
import { configuration } from './configurations.ts';

const SECOND = 1e9;

/** A comparison of two targets. */
function comparison(decided: boolean): { tcp: Comparison } {
  const target = (name: string) => ({
    ...{ target: name, retention: 1, requestsPerSecond: 1, starvedConnections: 0, rates: [] },
  });
  const scaling = [target('a'), target('b')];
  return { tcp: { rounds: 1, roundsNeeded: 12, levels: [1], highestConnections: 1, scaling, decided } };
}

/** Returns the number of rounds, of `eachSeconds` each, until they are over. */
function roundsOf(course: RoundCourse, eachSeconds: number, decidedAfter = Number.POSITIVE_INFINITY): number {
  for (let round = 1; ; round++) {
    course.begin(6);
    if (course.isOver(() => comparison(round >= decidedAfter), round * eachSeconds * SECOND)) return round;
  }
}

describe('a course of rounds', () => {
  const auto = { ...configuration, rounds: 200, budgetMs: 100_000 };

  test('with a fixed number plans all of them, and never ends early', () => {
    const course = new RoundCourse(configuration, 0);
    expect(course.begin(6)).toEqual({ rounds: 5, trials: 30 });
    expect(course.trialsExpected).toBe(30);
    expect(course.isOver(() => comparison(true), SECOND)).toBe(false);
    expect(course.warnings(comparison(false))).toEqual([]);
  });

  test('with a budget plans those started, and expects as many as a ranking needs', () => {
    const course = new RoundCourse(auto, 0);
    expect(course.begin(6)).toEqual({ rounds: 1, trials: 6 });
    expect(course.trialsExpected).toBe(72);
    course.isOver(() => comparison(false), SECOND);
    expect(course.begin(6)).toEqual({ rounds: 2, trials: 12 });
  });

  test.each([
    ['at the first look', 1, 1, 12],
    ['at the first look with all pairs decided', 1, 14, 18],
    ['when another round would not fit', 30, Number.POSITIVE_INFINITY, 3],
    ['after the first round in any case', 500, Number.POSITIVE_INFINITY, 1],
  ])('ends %s', (_, eachSeconds, decidedAfter, rounds) => {
    expect(roundsOf(new RoundCourse(auto, 0), eachSeconds, decidedAfter)).toBe(rounds);
  });

  test('estimates the next round by the longest', () => {
    const course = new RoundCourse(auto, 0);
    expect(course.isOver(() => comparison(false), 60 * SECOND)).toBe(true);
    const other = new RoundCourse(auto, 0);
    expect(other.isOver(() => comparison(false), 40 * SECOND)).toBe(false);
    expect(other.isOver(() => comparison(false), 61 * SECOND)).toBe(true);
  });

  test.each([
    [30, 'ended after 3 rounds, 9 fewer than a ranking needs: raise --budget'],
    [8, 'ended after 12 rounds, with pairs that are still open'],
  ])('reports what a budget left open', (eachSeconds, message) => {
    const course = new RoundCourse(auto, 0);
    roundsOf(course, eachSeconds);
    expect(course.warnings(comparison(false))).toEqual([
      { code: 'budget-over', message: expect.stringContaining(message) },
    ]);
    expect(course.warnings(comparison(true))).toEqual([]);
  });

  test('has nothing to decide with one target left', () => {
    const course = new RoundCourse(auto, 0);
    const { tcp } = comparison(false);
    const alone = { tcp: { ...tcp, scaling: tcp.scaling.slice(1) } };
    for (let round = 1; round < 12; round++) {
      course.begin(6);
      expect(course.isOver(() => alone, round * SECOND)).toBe(false);
    }
    course.begin(6);
    expect(course.isOver(() => alone, 12 * SECOND)).toBe(true);
    expect(course.warnings(alone)).toEqual([]);
  });

  test('ends when no target can be ranked, and reports why', () => {
    const course = new RoundCourse(auto, 0);
    const { tcp } = comparison(false);
    const unranked = { tcp: { ...tcp, rankings: [] } };
    for (let round = 1; round < 12; round++) {
      course.begin(6);
      // There is no ranking yet.
      expect(course.isOver(() => comparison(false), round * SECOND)).toBe(false);
    }
    course.begin(6);
    expect(course.isOver(() => unranked, 12 * SECOND)).toBe(true);
    expect(course.warnings(unranked)).toEqual([
      {
        code: 'nothing-ranked',
        message: expect.stringContaining('fewer than two targets served every connection over tcp'),
      },
    ]);
  });

  test('reports unranked transports besides decided ones, and what a budget left open', () => {
    const course = new RoundCourse(auto, 0);
    const both = { ...comparison(true), udp: { ...comparison(false).tcp, rankings: [] } };
    expect(roundsOf(course, 1, 1)).toBe(12);
    expect(course.warnings(both).map(({ code }) => code)).toEqual(['nothing-ranked']);
    const long = new RoundCourse(auto, 0);
    roundsOf(long, 8);
    const open = { ...comparison(false), udp: { ...comparison(false).tcp, rankings: [] } };
    expect(long.warnings(open).map(({ code }) => code)).toEqual(['nothing-ranked', 'budget-over']);
  });

  test('has a smaller alpha with many looks than with one', () => {
    expect(new RoundCourse(configuration, 0).alpha).toBe(0.05);
    expect(new RoundCourse(auto, 0).alpha).toBeLessThan(0.006);
  });
});
