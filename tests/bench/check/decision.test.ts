import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArmCosts } from '../../../bench/check/costs.ts';
import { counting, differencesOf, isUnsteady, nullArmFires, tooManyExcluded } from '../../../bench/check/decision.ts';
import { type ArmName, drawOrder, turns } from '../../../bench/check/order.ts';
import { warmupMs } from '../../../bench/check/pilot.ts';
import { type CheckPlan, checkFaults } from '../../../bench/check/plan.ts';
import { type SessionReading, whyExcluded, whyLate } from '../../../bench/check/session.ts';
import { fixedSize } from '../../../bench/model/message-sizes.ts';
import { operatingPoint } from '../../../bench/model/operating-point.ts';
import { gatedMetrics } from '../../../bench/stats/gated-metrics.ts';
import { seeded } from '../../seeded.ts';

const gates = [{ metric: 'cpu', margins: gatedMetrics.cpu }] as const;

/** Returns a session with these CPU times of the arms, and these changes of speed within it. */
function session(
  cpu: Partial<Record<ArmName, number>>,
  { drift = 0, excluded }: { drift?: number; excluded?: string } = {},
): SessionReading {
  const costs = Object.fromEntries(
    Object.entries(cpu).map(([arm, value]): [string, ArmCosts] => [
      arm,
      { throughput: 0, cpu: value, p50: 0, p99: Number.NaN },
    ]),
  );
  return { order: { places: ['a', 'b'] }, costs, drift: { a: drift, b: 0 }, excluded };
}

function sessions(count: number, of: (i: number) => SessionReading): SessionReading[] {
  return Array.from({ length: count }, (_, i) => of(i));
}

describe('the order of a session', () => {
  test('puts every program in every place at random', () => {
    const random = seeded(1);
    const first = { a: 0, b: 0, null: 0 };
    for (let i = 0; i < 3000; i++) first[drawOrder(['a', 'b', 'null'], random).places[0] as ArmName]++;
    for (const count of Object.values(first)) expect(count / 3000).toBeCloseTo(1 / 3, 1);
  });

  test('runs turns forwards and backwards, so that steady drift affects all programs equally', () => {
    expect(turns({ places: ['b', 'a'] }, 4).join('')).toBe('baabbaab');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom<ArmName[][]>(['a', 'b'], ['null', 'b', 'a']),
        (pairs, places) => {
          const order = turns({ places }, 2 * pairs);
          const sums = places.map((arm) => order.reduce((sum, name, i) => sum + (name === arm ? i : 0), 0));
          expect(new Set(sums).size).toBe(1);
        },
      ),
    );
  });
});

describe('the result of a series of sessions', () => {
  const ten = sessions(10, (i) => session({ a: 1, b: 1.05 + 0.001 * i }));

  test('is the difference of logarithms over the counted sessions', () => {
    const all = [...ten, session({ a: 1, b: 9 }, { excluded: 'steal' })];
    const [cpu] = differencesOf(all, gates);
    expect(cpu?.differences).toHaveLength(10);
    expect(cpu?.differences[0]).toBeCloseTo(0.05);
    expect(counting(all)).toHaveLength(10);
  });

  test('is NaN when a program’s metric could not be estimated', () => {
    const [p99] = differencesOf(ten, [{ metric: 'p99', margins: gatedMetrics.p99 }]);
    expect(p99?.differences.every(Number.isNaN)).toBe(true);
  });

  test('is rejected when more than a quarter of the sessions are excluded', () => {
    const of = (excluded: number, all: number) =>
      sessions(all, (i) => session({ a: 0, b: 0 }, i < excluded ? { excluded: 'steal' } : {}));
    expect(tooManyExcluded(of(3, 12))).toBe(false);
    expect(tooManyExcluded(of(4, 12))).toBe(true);
    expect(tooManyExcluded(of(0, 0))).toBe(false);
  });

  test('is unsteady when the halves of sessions drift in one direction', () => {
    const drifting = (count: number, drift: (i: number) => number) =>
      sessions(count, (i) => session({ a: 0, b: 0 }, { drift: drift(i) }));
    expect(
      isUnsteady(
        drifting(10, () => 0.03),
        0.004,
      ),
    ).toBe(true);
    expect(
      isUnsteady(
        drifting(10, () => 0.01),
        0.004,
      ),
    ).toBe(false);
    expect(
      isUnsteady(
        drifting(10, (i) => (i % 2 === 0 ? 0.1 : -0.1)),
        0.004,
      ),
    ).toBe(false);
    // Nine of ten have a two-sided p of .021: too large for one of several looks.
    expect(
      isUnsteady(
        drifting(10, (i) => (i === 0 ? -0.1 : 0.1)),
        0.004,
      ),
    ).toBe(false);
    expect(
      isUnsteady(
        drifting(10, () => 0.03),
        0,
      ),
    ).toBe(false);
  });

  test('is invalid when A differs from its copy in either direction', () => {
    for (const sign of [1, -1]) {
      const differing = sessions(10, (i) => session({ a: 0, b: 0, null: sign * (0.02 + 0.0001 * i) }));
      expect(nullArmFires(differing, gates, 0.0125)).toBe(true);
      // It fires as soon as any metric is decided, however many there are.
      expect(nullArmFires(differing, [...gates, ...gates, ...gates, ...gates], 0.0125)).toBe(true);
    }
    const same = sessions(12, (i) => session({ a: 0, b: 0, null: 0.001 * (i - 5.4) }));
    expect(nullArmFires(same, gates, 0.0125)).toBe(false);
  });
});

describe('whether a session counts when', () => {
  const window = (utilization: number, sent: number) => ({ utilization, sent });
  test.each<[string, number, ReturnType<typeof window>[], RegExp | undefined]>([
    ['there was no fault', 0.05, [window(0.9, 1), window(0.1, 900)], undefined],
    ['there is no rate', 0, [], undefined],
    ['CPU time was stolen', 0.06, [window(0.1, 1)], /^the hypervisor took 6 %/],
    ['the generator was busy in one window', 0, [window(0.6, 1), window(0.99, 1)], undefined],
    ['the generator was too busy', 0, [window(0.93, 1), window(0.97, 1)], /^the generator used 95 %/],
    [
      'the generator did not run in one window of many',
      0,
      [...Array(19).fill(window(0.1, 1)), window(0, 0)],
      undefined,
    ],
    [
      'the generator did not run in one window of two',
      0,
      [window(0.1, 1), window(0, 0)],
      /^the generator could not run .* 1 of 2 w/,
    ],
  ])('%s', (_, stolen, paced, why) => {
    const excluded = whyExcluded(stolen, paced);
    if (why === undefined) expect(excluded).toBeUndefined();
    else expect(excluded).toMatch(why);
  });
});

test('a session does not count when agents often began after half of a window', () => {
  const windows = (...lagsMs: number[]) => lagsMs.map((ms) => ({ startLagNanos: ms * 1e6 }));
  expect(whyLate(windows(0, 24, 10, 3), 50)).toBeUndefined();
  expect(whyLate(windows(0, 26, 10, 3), 50)).toMatch(/in 1 of 4 windows/);
  expect(whyLate(windows(...new Array<number>(39).fill(0), 26), 50)).toBeUndefined();
  expect(whyLate([], 50)).toBeUndefined();
});

describe('the pilot', () => {
  const trace = (values: number[]) => ({ requestsPerSecond: values, cpuNanosPerRequest: [] });
  const steady = Array.from({ length: 60 }, (_, i) => 100 + (i % 3));
  const restless = Array.from({ length: 60 }, (_, i) => (i < 45 ? i * 10 : 450));
  const slowStart = steady.map((rate, i) => (i < 10 ? 10 : rate));
  const slowMachine = steady.map((rate, i) => (i < 20 ? 40 : rate));

  test('sets a warm-up 50 % longer than the slowest start', () => {
    expect(warmupMs([[trace(steady)], [trace(slowStart)]])).toBe(750);
    expect(warmupMs([[{ requestsPerSecond: steady, cpuNanosPerRequest: slowStart }]])).toBe(750);
    expect(warmupMs([[trace(steady)]])).toBe(700);
  });

  test('attributes a slow phase that not every start had to the machine', () => {
    expect(warmupMs([[slowStart, slowMachine, slowStart].map(trace)])).toBe(750);
    expect(warmupMs([[slowStart, restless, slowStart].map(trace)])).toBe(750);
    expect(warmupMs([[slowMachine, restless, slowStart].map(trace)])).toBe(750);
    expect(warmupMs([[slowMachine, slowMachine].map(trace)])).toBe(1500);
  });

  test('finds no warm-up for a program that never becomes steady', () => {
    expect(warmupMs([[trace(restless)]])).toBeNull();
    expect(warmupMs([[trace(steady)], [restless, restless].map(trace)])).toBeNull();
  });
});

describe('a check plan', () => {
  const program = { kind: 'exec', name: 'a', command: 'a {port}', startLimitMs: 1000 } as const;
  const withTransport = { ...program, command: 'a {port} {transport}' };
  const plan: CheckPlan = {
    ...{ a: program, b: program, maxSessions: null, nullArm: false, confirm: false, budgetMs: null, seed: 1 },
    gates: [{ metric: 'cpu', margins: gatedMetrics.cpu }],
    ...{
      warmupMs: null,
      windowMs: 250,
      timeoutMs: 2000,
      openTimeoutMs: 3000,
      threads: null,
      serverCpus: null,
      loadCpus: null,
    },
    point: operatingPoint(),
  };

  test.each<[string, Partial<CheckPlan>, string]>([
    ['no gates', { gates: [] }, 'nothing to gate on'],
    ['too few sessions for a look', { maxSessions: 9 }, 'too few for a look'],
    [
      'more metrics than its sessions can decide',
      { maxSessions: 10, gates: Array.from({ length: 11 }, () => ({ metric: 'cpu', margins: gatedMetrics.cpu })) },
      '10 sessions can find nothing in 11 metrics at a level of 0.01: 11 are needed',
    ],
    [
      'swapped margins',
      { gates: [{ metric: 'cpu', margins: { tolerated: 0.05, detected: 0.01 } }] },
      'margin: for cpu',
    ],
    [
      'an app that UDP does not support',
      { point: { ...plan.point, app: 'websocket', transport: 'udp' } },
      'app: websocket runs over tcp or tls',
    ],
    [
      'a reference that does not speak the protocol',
      {
        a: { kind: 'model', model: 'event-driven' },
        point: {
          ...plan.point,
          exchange: { protocol: 'redis', commands: 'PING', keys: { count: 1, zipf: null }, resp: 2 },
        },
      },
      'baseline: each run is measured next to a built-in server',
    ],
    ['no connections', { point: { ...plan.point, connections: 0 } }, 'connections: 0 is not a whole number from 1'],
    ['a time-out of zero', { timeoutMs: 0 }, 'timeout: must be above zero'],
    ['a start time-out of zero', { b: { ...program, startLimitMs: 0 } }, 'start-timeout: must be above zero'],
    ['zero threads', { threads: 0 }, 'threads: 0 is not a whole number from 1'],
    [
      'datagrams too small',
      { point: { ...plan.point, transport: 'udp', sizes: fixedSize(4) }, a: withTransport, b: withTransport },
      'size: 4 bytes over UDP',
    ],
    [
      'a command without {transport}',
      { point: { ...plan.point, transport: 'tls' }, a: withTransport },
      'a does not serve echo over tls: its command has no {transport}',
    ],
    ['a window of zero', { windowMs: 0 }, 'window: must be above zero'],
    ['a budget of zero', { budgetMs: 0 }, 'budget: must be above zero'],
  ])('with %s is refused', (_, change, fault) => {
    expect(checkFaults({ ...plan, ...change }).join()).toContain(fault);
  });

  test.each<[string, CheckPlan['point']]>([
    ['echo', plan.point],
    ['echo over UDP', { ...plan.point, transport: 'udp' }],
    ['HTTP', { ...plan.point, app: 'http', transport: 'tls' }],
  ])('for %s has no faults', (_, point) =>
    expect(checkFaults({ ...plan, a: withTransport, b: withTransport, point })).toEqual([]),
  );
});
