import { describe, expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import { compareTargets } from '../../bench/run/comparison.ts';
import { scaledBest, stateVerdict } from '../../bench/run/verdict.ts';
import { trial as plainTrial } from '../reports/results.ts';

function trial(target: string, connections: number, round: number, requestsPerSecond: number, starved = 0): Trial {
  const throughput = { requestsPerSecond, bytesPerSecond: 0 };
  return plainTrial({ target, connections, round, throughput, fairness: { starvedConnections: starved } });
}

/** Returns trials of targets at 1 and 100 connections, in two rounds: `{name: [at 1, at 100, at 1, at 100]}`. */
function trials(rates: Record<string, readonly [number, number, number, number]>, starving: string[] = []): Trial[] {
  return Object.entries(rates).flatMap(([target, [low1, high1, low2, high2]]) => {
    const starved = starving.includes(target) ? 99 : 0;
    return [
      trial(target, 1, 1, low1),
      trial(target, 100, 1, high1, starved),
      trial(target, 1, 2, low2),
      trial(target, 100, 2, high2, starved),
    ];
  });
}

function best(...input: Parameters<typeof trials>): string | undefined {
  const { tcp } = compareTargets(trials(...input));
  return tcp && scaledBest(tcp)?.target;
}

describe('a comparison', () => {
  const { tcp } = compareTargets(trials({ a: [100, 50, 100, 70], b: [50, 80, 40, 80] }));

  test('computes retention for each round and orders by its median', () => {
    expect(tcp?.scaling.map(({ target, retention }) => [target, retention])).toEqual([
      ['b', 1],
      ['a', 0.6],
    ]);
    expect(tcp?.scaling[1]).toMatchObject({ requestsPerSecond: 60, rates: [{ round: 1 }, { round: 2 }] });
  });

  test('contains its levels and rounds', () => {
    expect(tcp).toMatchObject({ levels: [1, 100], highestConnections: 100, rounds: 2, roundsNeeded: 12 });
  });

  test('omits a target not yet measured at the highest level', () => {
    const partial = compareTargets([trial('a', 1, 1, 10), trial('b', 1, 1, 10), trial('b', 100, 1, 10)]);
    expect(partial.tcp?.scaling.map(({ target }) => target)).toEqual(['b']);
  });
});

describe('the target that scaled best', () => {
  test.each([
    ['has the highest retention among the fastest', { a: [100, 95, 100, 95], b: [110, 96, 110, 96] }, 'a'],
    ['is not the one that is slow at every level', { slow: [10, 10, 10, 10], fast: [100, 80, 100, 80] }, 'fast'],
    ['may be slower in one of the rounds', { a: [60, 60, 60, 60], b: [100, 70, 100, 55] }, 'a'],
    ['may be slower by less than the margin', { a: [100, 100, 100, 100], b: [200, 101, 200, 101] }, 'a'],
  ] as const)('%s', (_, rates, winner) => expect(best(rates)).toBe(winner));

  test('served all connections', () => {
    expect(best({ starver: [100, 100, 100, 100], fair: [90, 40, 90, 40] }, ['starver'])).toBe('fair');
  });

  test('is undefined when all targets starved some connections', () =>
    expect(best({ a: [1, 1, 1, 1] }, ['a'])).toBeUndefined());
});

describe('a verdict', () => {
  const statementsOf = (...input: Parameters<typeof trials>) =>
    stateVerdict(compareTargets(trials(...input))).statements;

  test('names the best scaling, the fastest and the starving target, and the rounds that a ranking needs', () => {
    const rates = { a: [100, 90, 100, 90], b: [200, 91, 200, 89], c: [10, 500, 10, 500] } as const;
    expect(statementsOf(rates, ['c'])).toEqual([
      'TCP: a scaled best in this run: with 100 connections it kept 90 % of its best rate, ' +
        'and no model that served every connection was faster there in every round.',
      'TCP: a was fastest with 100 connections: 90 requests/s.',
      'TCP: c served 1 of 100 connections and did not answer the others.',
      'Medians of 2 rounds; a ranking needs 12: --rounds 12.',
    ]);
  });

  test('is empty for one target alone', () => expect(statementsOf({ a: [1, 1, 1, 1] })).toEqual([]));
});

test('one-way workloads are compared by bytes, regardless of their requests', () => {
  const upload = (target: string, connections: number, bytesPerSecond: number, requestsPerSecond: number): Trial => ({
    ...plainTrial({ target, connections, throughput: { requestsPerSecond, bytesPerSecond } }),
    workload: 'upload',
  });
  const comparison = compareTargets([
    upload('a', 1, 1e9, 900),
    upload('a', 100, 9e8, 800),
    upload('b', 1, 4e9, 100),
    upload('b', 100, 2e9, 100),
  ]);
  expect(comparison.tcp?.scaling).toMatchObject([
    { target: 'a', retention: 0.9, bytesPerSecond: 9e8, rates: [{ round: 1, bytesPerSecond: 9e8 }] },
    { target: 'b', retention: 0.5, bytesPerSecond: 2e9 },
  ]);
  expect(stateVerdict(comparison).statements).toEqual([
    expect.stringContaining('TCP: b scaled best in this run: with 100 connections it kept 50 % of its best rate'),
    'TCP: b was fastest with 100 connections: 2 GB/s.',
    'One round; a ranking needs 12: --rounds 12.',
  ]);
});

test('each work has its own comparison and verdict, after the load without work', () => {
  const worked = (target: string, rate: number, work: string | null, cacheHit?: number): Trial => ({
    ...trial(target, 16, 1, rate),
    work,
    ...(cacheHit !== undefined && { cacheHit }),
  });
  const comparison = compareTargets([
    worked('a', 10, 'io:5ms', 0),
    worked('b', 20, 'io:5ms', 0),
    worked('a', 70, 'io:5ms', 0.8),
    worked('b', 60, 'io:5ms', 0.8),
    worked('a', 200, null),
    worked('b', 100, null),
  ]);
  expect(Object.keys(comparison)).toEqual(['tcp', 'tcp io:5ms', 'tcp io:5ms (80 % cache hits)']);
  expect(comparison['tcp io:5ms']).toMatchObject({ transport: 'tcp', work: 'io:5ms', highestConnections: 16 });
  expect(stateVerdict(comparison).statements).toEqual([
    'TCP: a was fastest with 16 connections: 200 requests/s.',
    'TCP with io:5ms: b was fastest with 16 connections: 20 requests/s.',
    'TCP with io:5ms (80 % cache hits): a was fastest with 16 connections: 70 requests/s.',
    'One round; a ranking needs 12: --rounds 12.',
  ]);
});

describe('a comparison of two apps', () => {
  const both = compareTargets([
    ...trials({ a: [100, 50, 100, 70], b: [50, 80, 40, 80] }),
    ...trials({ a: [10, 9, 10, 9], b: [10, 5, 10, 5] }).map((each) => ({ ...each, app: 'http' as const })),
  ]);

  test('has a scenario for each, and that of the default app keeps its name', () => {
    expect(Object.keys(both)).toEqual(['tcp', 'http tcp']);
    expect(both.tcp?.app).toBeUndefined();
    expect(both['http tcp']).toMatchObject({ app: 'http', transport: 'tcp' });
  });

  test('is stated for each', () => {
    const { statements } = stateVerdict(both);
    expect(statements.filter((statement) => statement.startsWith('TCP: '))).not.toEqual([]);
    expect(statements.filter((statement) => statement.startsWith('http over TCP: '))).not.toEqual([]);
  });

  test('has no prefix where all trials are of one app', () => {
    const pages = trials({ a: [1, 1, 1, 1] }).map((each) => ({ ...each, app: 'http' as const }));
    expect(Object.keys(compareTargets(pages))).toEqual(['tcp']);
  });
});
