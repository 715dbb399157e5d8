import { describe, expect, test } from 'vitest';
import type { RankingRecord } from '../../bench/model/result.ts';
import type { Leaders, Sign } from '../../bench/model/scaling.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { lawOf } from '../../bench/run/scaling/law.ts';
import { leadersOf } from '../../bench/run/scaling/leaders.ts';
import { memoryPerConnection } from '../../bench/run/scaling/memory.ts';
import { signsOf } from '../../bench/run/scaling/signs.ts';
import { stateScaling } from '../../bench/run/scaling/statements.ts';
import { slope } from '../../bench/stats/slope.ts';
import { failure, latency, type TrialVariation, trial } from '../reports/results.ts';
import { sweep } from '../reports/sweeps.ts';
import { seeded } from '../seeded.ts';

/** Returns a ranking at a level with these unbeaten targets, and their relation. */
function ranking(connections: number, names: string, relation: 'equivalent' | 'unresolved' = 'equivalent') {
  const unbeaten = [...names];
  const pair = { a: unbeaten[0] ?? '', b: unbeaten[1] ?? '', ahead: 0, interval: { low: 0, high: 0 }, p: 1, relation };
  const plain: RankingRecord = {
    ...{ rounds: 12, roundsNeeded: 12, ranges: [], winner: null, decided: true },
    ...{ unbeaten, pairs: unbeaten.length > 1 ? [pair] : [] },
  };
  return { ...plain, connections };
}

describe('leaders', () => {
  const map = (...levels: ReturnType<typeof ranking>[]) =>
    leadersOf(levels).map(({ from, to, targets, relation }) => `${from}-${to} ${targets.join('')} ${relation}`);

  test.each<[string, ReturnType<typeof ranking>[], string[]]>([
    [
      'are joined over levels with the same leader',
      [ranking(1, 'a'), ranking(2, 'a'), ranking(4, 'b')],
      ['1-2 a alone', '4-4 b alone'],
    ],
    [
      'change by way of equals',
      [ranking(1, 'a'), ranking(2, 'ab'), ranking(4, 'b')],
      ['1-1 a alone', '2-2 ab equivalent', '4-4 b alone'],
    ],
    [
      'do not change when others are merely unresolved',
      [ranking(1, 'a'), ranking(2, 'ab', 'unresolved'), ranking(4, 'a')],
      ['1-4 a alone'],
    ],
    [
      'change when others are equivalent',
      [ranking(1, 'a'), ranking(2, 'ab'), ranking(4, 'a')],
      ['1-1 a alone', '2-2 ab equivalent', '4-4 a alone'],
    ],
    [
      'change when others are ahead',
      [ranking(1, 'a'), ranking(2, 'b'), ranking(4, 'a')],
      ['1-1 a alone', '2-2 b alone', '4-4 a alone'],
    ],
    [
      'that are equal at some levels only are unresolved',
      [ranking(1, 'ab'), ranking(2, 'ba', 'unresolved')],
      ['1-2 ab unresolved'],
    ],
    ['do not exist without rankings', [], []],
  ])('%s', (_, levels, expected) => expect(map(...levels)).toEqual(expected));
});

describe('the sentence about leaders', () => {
  const stretch = (from: number, to: number, names: string, relation: Leaders['relation']): Leaders => ({
    ...{ from, to, targets: [...names], relation },
  });
  const { scaling } = sweep(2);
  const words = (leaders: Leaders[]) => {
    const [sentence = ''] = stateScaling({ tcp: { ...Object.values(scaling ?? {})[0], leaders } as never }, []);
    return sentence;
  };

  test.each<[Leaders[], string]>([
    [[stretch(1, 256, 'a', 'alone')], 'TCP: from 1 to 256 connections a leads.'],
    [
      [stretch(1, 16, 'ab', 'equivalent'), stretch(32, 256, 'b', 'alone')],
      'TCP: below 32 connections a ≈ b; from 32 on b leads.',
    ],
    [
      [
        stretch(1, 2, 'a', 'alone'),
        stretch(4, 4, 'abc', 'unresolved'),
        stretch(8, 16, 'c', 'alone'),
        stretch(32, 32, 'b', 'alone'),
      ],
      'TCP: below 4 connections a leads; with 4 no target is ahead of a, b and c, which are not distinguished; from ' +
        '8 to 16 c leads; with 32 b leads.',
    ],
    [[stretch(1, 1, 'a', 'alone'), stretch(2, 2, 'b', 'alone')], 'TCP: with 1 connection a leads; with 2 b leads.'],
  ])('%#', (leaders, expected) => expect(words(leaders)).toBe(expected));

  test('is empty without leaders', () => expect(words([])).toBe(''));
});

describe('overload signs', () => {
  /** Returns two rounds at each level. */
  const levels = (vary: (connections: number, round: number) => TrialVariation): Trial[] =>
    [1, 2, 4, 8].flatMap((connections) =>
      [1, 2, 3].map((round) => trial({ connections, round, ...vary(connections, round) })),
    );
  const from = (least: number, variation: TrialVariation) => (connections: number) =>
    connections >= least ? variation : {};

  test.each<[string, (connections: number, round: number) => TrialVariation, Sign[]]>([
    ['nothing unusual', () => ({}), []],
    ['refused connections', from(4, { opening: { opened: 3 } }), [{ kind: 'refused', connections: 4 }]],
    [
      'starvation and the resulting time-outs',
      from(2, { fairness: { starvedConnections: 1 }, requests: { timedOut: 1 } }),
      [
        { kind: 'starvation', connections: 2 },
        { kind: 'errors', connections: 2 },
      ],
    ],
    [
      'the first sign first',
      (connections) => ({
        requests: { errors: connections >= 2 ? 5 : 0 },
        fairness: { starvedConnections: connections >= 8 ? 1 : 0 },
      }),
      [
        { kind: 'errors', connections: 2 },
        { kind: 'starvation', connections: 8 },
      ],
    ],
    ['errors in one round of three', (_, round) => ({ requests: { errors: round === 1 ? 9 : 0 } }), []],
    [
      'p99 in proportion to connections',
      (connections) => ({ latencyMicros: { response: latency(1, 100 * connections) } }),
      [],
    ],
    [
      'p99 that grows faster than connections',
      (connections) => ({ latencyMicros: { response: latency(1, 100 * connections ** 3) } }),
      [{ kind: 'latency', connections: 4 }],
    ],
  ])('%s', (_, vary, expected) => expect(signsOf(levels(vary), [], 2)).toEqual(expected));

  test('ignore latency before the knee', () => {
    const wild = levels((connections) => ({ latencyMicros: { response: latency(1, 100 ** connections) } }));
    expect(signsOf(wild, [], 8)).toEqual([]);
    expect(signsOf(wild, [], null)).toEqual([]);
  });

  test('include servers that fail, even at a level without any trial', () => {
    const failures = [1, 2, 3].map((round) => failure({ connections: 16, round }));
    expect(
      signsOf(
        levels(() => ({})),
        failures,
        8,
      ),
    ).toEqual([{ kind: 'failure', connections: 16 }]);
    const once = [failure({ connections: 8 })];
    expect(
      signsOf(
        levels(() => ({})),
        once,
        8,
      ),
    ).toEqual([]);
  });
});

describe('memory for each connection', () => {
  const { server } = trial();
  const holding = (connections: number, round: number, bytes: number) =>
    trial({ connections, round, server: server && { ...server, memoryBytesPerConnection: bytes / connections } });

  test('is the slope, without the fixed part', () => {
    const trials = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((round) =>
      [1, 4, 16, 64].map((level) => holding(level, round, 1e6 + (1000 + round) * level)),
    );
    const memory = memoryPerConnection(trials);
    expect(memory?.bytes).toBeCloseTo(1004.5, 3);
    expect(memory?.low).toBeGreaterThanOrEqual(1001);
    expect(memory?.high).toBeLessThanOrEqual(1008);
    expect((memory?.high ?? 0) - (memory?.low ?? 0)).toBeGreaterThan(2);
  });

  test('has no interval with few rounds', () => {
    const trials = [1, 2, 3].map((level) => holding(level, 1, 10 * level));
    expect(memoryPerConnection(trials)).toEqual({ bytes: 10, low: null, high: null });
  });

  test('is unknown with two levels or without measurements', () => {
    expect(memoryPerConnection([holding(1, 1, 5), holding(2, 1, 9)])).toBeNull();
    expect(
      memoryPerConnection([trial(), trial({ connections: 1 }), trial({ connections: 2, server: null })]),
    ).toBeNull();
  });
});

test.each([
  [
    [
      { x: 1, y: 3 },
      { x: 2, y: 5 },
    ],
    2,
  ],
  [
    [
      { x: 0, y: 0 },
      { x: 1, y: 1 },
      { x: 2, y: 0 },
      { x: 3, y: 3 },
    ],
    0.8,
  ],
  [
    [
      { x: 5, y: 1 },
      { x: 5, y: 2 },
    ],
    Number.NaN,
  ],
])('the slope of %j', (points, expected) => {
  expect(slope(points)).toEqual(Number.isNaN(expected) ? expected : expect.closeTo(expected, 12));
});

describe('the scaling law of a target', () => {
  const { trials } = sweep(12, ['event-driven']);
  const law = (varied: readonly Trial[]) => lawOf(varied, seeded(1));
  const reasons = (varied: readonly Trial[]) => {
    const found = law(varied);
    return found.fitted ? [] : found.reasons;
  };

  test('recovers the parameters of the data', () => {
    const found = law(trials);
    if (!found.fitted) throw new Error(found.reasons.join());
    expect(found.gamma.value / 12_000).toBeCloseTo(1, 1);
    expect(found.sigma.value).toBeCloseTo(0.08, 2);
    for (const { value, low, high } of [found.gamma, found.sigma, found.kappa]) {
      expect(low).toBeLessThan(value);
      expect(high).toBeGreaterThan(value);
    }
    expect(found.peakConnections).toBeNull();
  });

  test('is not stated if the generator was at its limit in a single trial', () => {
    const [first, ...others] = trials;
    if (first === undefined) throw new Error('no trials');
    const limited = { ...first, generator: { ...first.generator, saturated: true } };
    expect(reasons([limited, ...others])).toEqual(['the generator was at its limit with 1 connection']);
  });

  test('uses only rounds in which every level was valid', () => {
    const invalid = trials.map(
      (each): Trial =>
        each.round > 1 && each.connections === 4 ? { ...each, validity: { verdict: 'invalid', reasons: [] } } : each,
    );
    expect(reasons(invalid)).toEqual(['one round, where two are needed to estimate scatter']);
  });
});
