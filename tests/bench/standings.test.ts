import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { compareTargets } from '../../bench/run/comparison.ts';
import { stateVerdict } from '../../bench/run/verdict.ts';
import { type TrialVariation, trial } from '../reports/results.ts';

/** Throughput of targets by number of connections. */
type Curves = Readonly<Record<string, Readonly<Record<number, number>>>>;

/**
 * Returns trials of each target at each level. Each round has a speed that all targets share, plus a little scatter.
 */
function rounds(count: number, curves: Curves, vary: (trial: Trial) => TrialVariation | null = () => ({})): Trial[] {
  return Array.from({ length: count }, (_, i) => i + 1).flatMap((round) =>
    Object.entries(curves).flatMap(([target, curve], t) =>
      Object.entries(curve).flatMap(([level, rate], l) => {
        const scatter = 1 + 0.002 * Math.sin(round * 7 + t * 3 + l);
        const requestsPerSecond = rate * (1 + (round % 3)) * scatter;
        const plain = { target, connections: Number(level), round };
        const throughput = { requestsPerSecond, bytesPerSecond: 0 };
        const varied = vary(trial({ ...plain, throughput }));
        return varied === null ? [] : [trial({ ...plain, throughput, ...varied })];
      }),
    ),
  );
}

/** Makes the named targets leave connections without a reply at the highest level. */
const starving =
  (...names: readonly string[]) =>
  ({ target, connections }: Trial): TrialVariation =>
    names.includes(target) && connections === 64 ? { fairness: { starvedConnections: 63 } } : {};

function compared(trials: readonly Trial[]): Comparison {
  const { tcp } = compareTargets(trials);
  if (tcp === undefined) throw new Error('nothing was compared');
  return tcp;
}

function places({ rankings = [] }: Comparison): string[][] {
  return rankings.map(({ ranges }) => ranges.map(({ name, best, worst }) => `${name} ${best}–${worst}`));
}

const CROSSING: Curves = { a: { 1: 100, 64: 90 }, b: { 1: 50, 64: 110 }, c: { 1: 50, 64: 30 } };

describe('standings', () => {
  test('rank every level by throughput, and the highest by retention', () => {
    const comparison = compared(rounds(12, CROSSING));
    expect(places(comparison)).toEqual([
      ['a 1–1', 'b 2–3', 'c 2–3'],
      ['b 1–1', 'a 2–2', 'c 3–3'],
    ]);
    expect(comparison.retentionRanking).toMatchObject({ winner: 'b', rounds: 12, decided: true });
    expect(comparison).toMatchObject({ scalesBest: ['b'], decided: true });
  });

  test('do not exist before there are enough rounds, nor for one target alone', () => {
    expect(compared(rounds(11, CROSSING))).not.toHaveProperty('rankings');
    expect(compared(rounds(12, { a: { 1: 5 } }))).not.toHaveProperty('rankings');
  });

  test('with fewer than two targets that served every connection decide nothing', () => {
    const comparison = compared(rounds(12, { a: { 64: 100 }, b: { 64: 50 } }, starving('a')));
    expect(comparison).toMatchObject({ rankings: [], decided: false });
  });

  test('with one level contain nothing about scaling', () => {
    const comparison = compared(rounds(12, { a: { 8: 100 }, b: { 8: 50 } }));
    expect(places(comparison)).toEqual([['a 1–1', 'b 2–2']]);
    expect(comparison).not.toHaveProperty('scalesBest');
  });

  test('leave out a target that starved connections, at that level only', () => {
    const comparison = compared(rounds(12, CROSSING, starving('b')));
    expect(places(comparison)).toEqual([
      ['a 1–1', 'b 2–3', 'c 2–3'],
      ['a 1–1', 'c 2–2'],
    ]);
    expect(comparison.retentionRanking?.ranges.map(({ name }) => name)).toEqual(['a', 'c']);
  });

  test.each<[string, (trial: Trial) => TrialVariation | null]>([
    ['that one target missed', ({ target, round }) => (target === 'b' && round === 5 ? null : {})],
    [
      'with an invalid trial',
      ({ target, round }) => (target === 'b' && round === 5 ? { validity: { verdict: 'invalid', reasons: [] } } : {}),
    ],
  ])('leave out a round %s', (_, vary) => {
    expect(compared(rounds(13, CROSSING, vary)).rankings).toMatchObject([{ rounds: 12 }, { rounds: 12 }]);
  });

  test('use for retention only rounds in which every level was measured', () => {
    const comparison = compared(
      rounds(13, CROSSING, ({ target, round, connections }) =>
        target === 'b' && connections === 1 && round === 5 ? null : {},
      ),
    );
    expect(comparison.rankings).toMatchObject([{ rounds: 12 }, { rounds: 13 }]);
    expect(comparison.retentionRanking?.rounds).toBe(12);
  });

  test('leave out a target that missed more than a quarter of the rounds', () => {
    const comparison = compared(
      rounds(12, CROSSING, ({ target, round, connections }) =>
        target === 'b' && connections === 64 && round > 8 ? null : {},
      ),
    );
    expect(places(comparison)).toEqual([
      ['a 1–1', 'b 2–3', 'c 2–3'],
      ['a 1–1', 'c 2–2'],
    ]);
  });

  test('use at most as many rounds as the test can handle', () => {
    expect(compared(rounds(205, { a: { 1: 100 }, b: { 1: 50 } })).rankings).toMatchObject([{ rounds: 200 }]);
  });

  test('compare only targets on the same number of CPUs', () => {
    const trials = rounds(12, CROSSING).flatMap((each) => [
      { ...each, cpus: 1 },
      { ...each, cpus: 2, throughput: { ...each.throughput, requestsPerSecond: 7 } },
    ]);
    const comparison = compareTargets(trials);
    expect(Object.keys(comparison)).toEqual(['tcp 1 CPU', 'tcp 2 CPUs']);
    expect(comparison['tcp 1 CPU']).toMatchObject({ cpus: 1, scalesBest: ['b'] });
    expect(comparison['tcp 2 CPUs']?.rankings?.[1]?.winner).toBeNull();
    expect(stateVerdict(comparison).statements[0]).toMatch(/^TCP on 1 CPU: b scales best/);
  });
});

describe('a verdict with enough rounds', () => {
  const statementsOf = (...input: Parameters<typeof rounds>) =>
    stateVerdict(compareTargets(rounds(...input))).statements;

  test('names the best scaling and the fastest target', () => {
    expect(statementsOf(12, CROSSING)).toEqual([
      'TCP: b scales best: with 64 connections it keeps 100 % of its best rate; no target is known to keep more, and ' +
        'none is faster there.',
      'TCP: b is fastest with 64 connections: 220 requests/s, ahead of every other.',
      'Medians of 12 rounds; every pair is distinguished, or within 2 % of each other.',
    ]);
  });

  test('names its scope when some targets did not serve every connection', () => {
    expect(statementsOf(12, CROSSING, starving('b'))).toEqual([
      'TCP: of the targets that served every connection, a scales best: with 64 connections it keeps 90 % of its ' +
        'best rate; no target is known to keep more, and none is faster there.',
      'TCP: of the targets that served every connection, a is fastest with 64 connections: 180 requests/s, ahead of ' +
        'every other.',
      'TCP: b served 1 of 64 connections and did not answer the others.',
      'Medians of 12 rounds; every pair that was compared is distinguished, or within 2 % of each other. Only ' +
        'targets that served every connection in valid trials are compared.',
    ]);
  });

  test('ranks no target when fewer than two served every connection', () => {
    expect(statementsOf(12, { a: { 64: 100 }, b: { 64: 50 } }, starving('a')).at(-1)).toBe(
      'Medians of 12 rounds; no target is ranked. Only targets that served every connection in valid trials are ' +
        'compared.',
    );
  });

  test('does not report a target with too many invalid rounds as starving', () => {
    const wrong = statementsOf(12, CROSSING, ({ target, round }) =>
      target === 'b' && round > 5 ? { validity: { verdict: 'invalid', reasons: [] } } : {},
    );
    expect(wrong[1]).toMatch(/^TCP: of the ranked targets, a is fastest with 64 connections/);
    expect(wrong.at(-1)).toContain('every pair that was compared');
  });

  test('names no best scaling target when the one with the best retention is slower', () => {
    const [scaling, fastest] = statementsOf(12, { slow: { 1: 10, 64: 10 }, fast: { 1: 100, 64: 60 } });
    expect(scaling).toBe(
      'TCP: no target scales best: with 64 connections slow keeps the most of the best rate (100 %), but fast is ' +
        'faster there and keeps 60 %.',
    );
    expect(fastest).toMatch(/^TCP: fast is fastest with 64 connections/);
  });

  test('names the set of targets that no other is ahead of', () => {
    const twins = { a: { 1: 100, 64: 90 }, b: { 1: 100, 64: 90 }, c: { 1: 100, 64: 20 } };
    expect(statementsOf(12, twins).slice(0, 2)).toEqual([
      'TCP: a and b scale best and are not distinguished: with 64 connections they keep 90 % and 90 % of their best ' +
        'rates, and no target is faster there.',
      'TCP: no target is ahead of a and b with 64 connections; they are within 2 % of each other.',
    ]);
  });

  test('reports undecided pairs', () => {
    const uneven = ({ target, round, throughput }: Trial): TrialVariation => ({
      throughput: {
        ...throughput,
        requestsPerSecond: throughput.requestsPerSecond * (target === 'a' && round % 2 === 0 ? 1.3 : 1),
      },
    });
    const statements = statementsOf(12, { a: { 64: 90 }, b: { 64: 100 } }, uneven);
    expect(statements).toEqual([
      'TCP: no target is ahead of a and b with 64 connections; these rounds do not distinguish them.',
      'Medians of 12 rounds; 1 of 1 pairs are still open: more rounds may decide them (--rounds auto).',
    ]);
  });

  test('reports that rounds were left out', () => {
    const invalid = statementsOf(12, CROSSING, ({ target, round }) =>
      target === 'b' && round === 5 ? { validity: { verdict: 'invalid', reasons: [] } } : {},
    );
    expect(invalid.at(-1)).toBe(
      'Medians of 12 rounds; rounds that a target missed were left out, and a ranking needs 12 others: raise --rounds.',
    );
  });

  test('warns about targets measured with the generator at its limit', () => {
    const statements = statementsOf(12, CROSSING, ({ target }) => ({ generator: { saturated: target === 'b' } }));
    expect(statements).toContain(
      'TCP: with 64 connections the generator was at its limit against b: it may be faster than measured.',
    );
  });
});
