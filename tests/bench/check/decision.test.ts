import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  counting,
  differencesOf,
  isUnsteady,
  nullArmFires,
  tooManyExcluded,
  whyNotEstimable,
  whyUndecided,
} from '../../../bench/check/decision.ts';
import { type ArmName, drawOrder, turns } from '../../../bench/check/order.ts';
import { commonPace, warmupMs } from '../../../bench/check/pilot.ts';
import { type CheckPlan, checkFaults } from '../../../bench/check/plan.ts';
import { type ArmCosts, type SessionReading, whyExcluded } from '../../../bench/check/session.ts';
import { noCounts } from '../../../bench/load/counts.ts';
import type { LoadReport } from '../../../bench/load/load-report.ts';
import { fixedSize } from '../../../bench/model/message-sizes.ts';
import { type GatedMetric, gatedMetrics } from '../../../bench/stats/gated-metrics.ts';
import { defaultLooks } from '../../../bench/stats/looks.ts';
import { lookAt } from '../../../bench/stats/regression.ts';
import { seeded } from '../../seeded.ts';

const gates = [{ metric: 'cpu', margins: gatedMetrics.cpu }] as const;

/** A session in which the arms' CPU time was so much, and speed changed by so much within it. */
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
  test('gives every program every place, by chance', () => {
    const random = seeded(1);
    const first = { a: 0, b: 0, null: 0 };
    for (let i = 0; i < 3000; i++) first[drawOrder(['a', 'b', 'null'], random).places[0] as ArmName]++;
    for (const count of Object.values(first)) expect(count / 3000).toBeCloseTo(1 / 3, 1);
  });

  test('has turns forwards and backwards, so that steady drift hits all alike', () => {
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

describe('what sessions say', () => {
  const ten = sessions(10, (i) => session({ a: 1, b: 1.05 + 0.001 * i }));

  test('is the difference of logs, of sessions that count', () => {
    const all = [...ten, session({ a: 1, b: 9 }, { excluded: 'steal' })];
    const [cpu] = differencesOf(all, gates);
    expect(cpu?.differences).toHaveLength(10);
    expect(cpu?.differences[0]).toBeCloseTo(0.05);
    expect(counting(all)).toHaveLength(10);
  });

  test('is not a number where a program could not be told', () => {
    const [p99] = differencesOf(ten, [{ metric: 'p99', margins: gatedMetrics.p99 }]);
    expect(p99?.differences.every(Number.isNaN)).toBe(true);
  });

  test('is worth nothing when more than a quarter is excluded', () => {
    const of = (excluded: number, all: number) =>
      sessions(all, (i) => session({ a: 0, b: 0 }, i < excluded ? { excluded: 'steal' } : {}));
    expect(tooManyExcluded(of(3, 12))).toBe(false);
    expect(tooManyExcluded(of(4, 12))).toBe(true);
    expect(tooManyExcluded(of(2, 3))).toBe(false);
  });

  test('is unsteady when halves of sessions differ in one direction', () => {
    expect(isUnsteady(sessions(10, () => session({ a: 0, b: 0 }, { drift: 0.03 })))).toBe(true);
    expect(isUnsteady(sessions(10, () => session({ a: 0, b: 0 }, { drift: 0.01 })))).toBe(false);
    expect(isUnsteady(sessions(10, (i) => session({ a: 0, b: 0 }, { drift: i % 2 === 0 ? 0.1 : -0.1 })))).toBe(false);
  });

  test('is invalid when A differs from its copy, whichever way', () => {
    for (const sign of [1, -1]) {
      const differing = sessions(10, (i) => session({ a: 0, b: 0, null: sign * (0.02 + 0.0001 * i) }));
      expect(nullArmFires(differing, gates)).toBe(true);
      // As soon as anything is decided, however many metrics there are.
      expect(nullArmFires(differing, [...gates, ...gates, ...gates, ...gates])).toBe(true);
    }
    const same = sessions(12, (i) => session({ a: 0, b: 0, null: 0.001 * (i - 5.4) }));
    expect(nullArmFires(same, gates)).toBe(false);
  });
});

describe('whether a session counts when', () => {
  const window = (utilization: number, sent: number) => ({
    load: { utilization, counts: { ...noCounts(), sent } } as LoadReport,
  });
  test.each<[string, number, ReturnType<typeof window>[], RegExp | undefined]>([
    ['nothing was wrong', 0.05, [window(0.9, 1), window(0.1, 900)], undefined],
    ['there is no rate', 0, [], undefined],
    ['CPU time was stolen', 0.06, [window(0.1, 1)], /^the hypervisor took 6 %/],
    ['the generator was too busy', 0, [window(0.1, 1), window(0.95, 1)], /^the generator used 95 %/],
    ['the generator did not run', 0, [window(0.1, 1), window(0, 0)], /^the generator was kept/],
  ])('%s', (_, stolen, paced, why) => {
    const excluded = whyExcluded(stolen, paced);
    if (why === undefined) expect(excluded).toBeUndefined();
    else expect(excluded).toMatch(why);
  });
});

describe('the pilot', () => {
  const trace = (values: number[]) => ({ requestsPerSecond: values, cpuNanosPerRequest: [] });
  const steady = Array.from({ length: 60 }, (_, i) => 100 + (i % 3));
  const restless = Array.from({ length: 60 }, (_, i) => (i < 45 ? i * 10 : 450));
  const slowStart = steady.map((rate, i) => (i < 10 ? 10 : rate));
  const slowMachine = steady.map((rate, i) => (i < 20 ? 40 : rate));

  test('warms up for half as long again as the slowest start took', () => {
    expect(warmupMs([[trace(steady)], [trace(slowStart)]])).toBe(750);
    expect(warmupMs([[{ requestsPerSecond: steady, cpuNanosPerRequest: slowStart }]])).toBe(750);
    expect(warmupMs([[trace(steady)]])).toBe(300);
  });

  test('takes what not every start saw for the machine’s', () => {
    expect(warmupMs([[slowStart, slowMachine, slowStart].map(trace)])).toBe(750);
    expect(warmupMs([[slowStart, restless, slowStart].map(trace)])).toBe(750);
    expect(warmupMs([[slowMachine, restless, slowStart].map(trace)])).toBe(750);
    expect(warmupMs([[slowMachine, slowMachine].map(trace)])).toBe(1500);
  });

  test('finds no warm-up for what never comes to rest', () => {
    expect(warmupMs([[trace(restless)]])).toBeNull();
    expect(warmupMs([[trace(steady)], [restless, restless].map(trace)])).toBeNull();
  });

  test('takes 60 % of the slower one’s rate, and windows long enough for p99', () => {
    expect(commonPace([50_000, 40_000], 250)).toEqual({ rate: 24_000, rateWindowMs: 250 });
    expect(commonPace([10_000, 5000], 250)).toEqual({ rate: 3000, rateWindowMs: 250 });
    expect(commonPace([1000, 1000], 250)).toEqual({ rate: 600, rateWindowMs: (1.1 * 10_000 * 1000) / (600 * 16) });
    expect(commonPace([100, 100], 250).rateWindowMs).toBe(1250);
    expect(commonPace([1, 1], 250).rate).toBe(0);
  });
});

describe('a plan', () => {
  const program = { kind: 'exec', name: 'a', command: 'a {port}', startLimitMs: 1000 } as const;
  const told = { ...program, command: 'a {port} {transport}' };
  const plan: CheckPlan = {
    ...{ a: program, b: program, looks: defaultLooks, nullArm: false, confirm: false, budgetMs: null, seed: 1 },
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
    point: {
      ...{ transport: 'tcp', app: 'echo', workload: 'request-response', connection: 'pooled', connections: 1 },
      ...{ pipelining: 1, sizes: fixedSize(64) },
    },
  };

  test.each<[string, Partial<CheckPlan>, string]>([
    ['nothing to gate on', { gates: [] }, 'nothing to gate on'],
    ['no look', { looks: [] }, 'leaves no look'],
    ['looks too early', { looks: [{ sessions: 7, alpha: 0.004 }] }, '7 sessions can find nothing in 1 metrics'],
    [
      'margins upside down',
      { gates: [{ metric: 'cpu', margins: { tolerated: 0.05, detected: 0.01 } }] },
      'margin: of cpu',
    ],
    [
      'percentiles over HTTP',
      { point: { ...plan.point, app: 'http' }, gates: [{ metric: 'p99', margins: gatedMetrics.p99 }] },
      'gate: p50 and p99 need a common rate',
    ],
    [
      'an app that datagrams do not carry',
      { point: { ...plan.point, app: 'websocket', transport: 'udp' } },
      'app: websocket goes over tcp or tls',
    ],
    ['no connections', { point: { ...plan.point, connections: 0 } }, 'connections: 0 is not a whole number from 1'],
    ['no time to answer', { timeoutMs: 0 }, 'timeout: must be above zero'],
    ['no time to start', { b: { ...program, startLimitMs: 0 } }, 'start-timeout: must be above zero'],
    ['no threads', { threads: 0 }, 'threads: 0 is not a whole number from 1'],
    [
      'datagrams too small',
      { point: { ...plan.point, transport: 'udp', sizes: fixedSize(4) }, a: told, b: told },
      'size: 4 bytes over UDP',
    ],
    [
      'a command that is not told of its transport',
      { point: { ...plan.point, transport: 'tls' }, a: told },
      'a does not serve echo over tls: its command has no {transport}',
    ],
    ['no window', { windowMs: 0 }, 'window: must be above zero'],
    ['no time', { budgetMs: 0 }, 'budget: must be above zero'],
  ])('with %s is refused', (_, change, fault) => {
    expect(checkFaults({ ...plan, ...change }).join()).toContain(fault);
  });

  test.each<[string, CheckPlan['point']]>([
    ['echo', plan.point],
    ['echo datagrams', { ...plan.point, transport: 'udp' }],
    ['HTTP', { ...plan.point, app: 'http', transport: 'tls' }],
  ])('of %s is well', (_, point) => expect(checkFaults({ ...plan, a: told, b: told, point })).toEqual([]));
});

describe('what was decided by no look says why:', () => {
  const margins = { tolerated: 0.01, detected: 0.05 };
  const within = { margins, differences: Array.from({ length: 24 }, (_, i) => (i % 5) / 1000) };
  const wide = { margins, differences: Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 1 : -1)) };
  const look = { sessions: 24, alpha: 0.002 };

  test('in some metrics', () => {
    const verdict = lookAt(
      [
        { metric: 'cpu', ...within },
        { metric: 'p99', ...wide },
      ],
      look,
      true,
    );
    expect(verdict.verdict).toBe('inconclusive');
    expect(whyUndecided(verdict)).toMatch(/^in p99 B was neither .* alone: --gate cpu$/);
  });

  test('in some that could not be estimated', () => {
    const unknown = { margins, differences: [...within.differences.slice(1), Number.NEGATIVE_INFINITY] };
    const verdict = lookAt(
      [
        { metric: 'cpu', ...within },
        { metric: 'p50', ...unknown },
        { metric: 'p99', ...wide },
      ],
      look,
      true,
    );
    expect(whyUndecided(verdict)).toMatch(/^p50 could not be .* session; in p99 B was neither .* alone: --gate cpu$/);
    expect(whyUndecided({ ...verdict, metrics: verdict.metrics.slice(0, 2) })).toBe(
      'p50 could not be estimated in every session: gate on what was decided alone: --gate cpu',
    );
  });

  test('in all metrics', () => {
    const verdict = lookAt(
      [
        { metric: 'cpu', ...wide },
        { metric: 'p99', ...wide },
      ],
      look,
      true,
    );
    expect(whyUndecided(verdict)).toMatch(/^in cpu and p99 B was neither .* a longer --window$/);
  });
});

describe('a percentile', () => {
  const all = Object.entries(gatedMetrics).map(([metric, margins]) => ({ metric: metric as GatedMetric, margins }));
  const pace = (rate: number, rateWindowMs: number) => ({ warmupMs: 300, rate, rateWindowMs });

  test('is estimated from enough response times', () => {
    expect(whyNotEstimable(all, pace(5000, 200))).toBeUndefined();
    expect(whyNotEstimable(all.slice(0, 2), pace(0, 0))).toBeUndefined();
  });

  test('is not where servers are too slow for that, and it is said what to do', () => {
    expect(whyNotEstimable(all, pace(300, 1250))).toMatch(
      /^p99 can't be estimated.* has 6000 response times, and it takes 10000\. .* --gate throughput,cpu,p50$/,
    );
    expect(whyNotEstimable(all, pace(0, 0))).toMatch(/^p50 and p99 can't .* --gate throughput,cpu$/);
    expect(whyNotEstimable(all.slice(3), pace(300, 1250))).toMatch(/gate on throughput and cpu$/);
  });
});
