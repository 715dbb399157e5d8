import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { holdAgainstStored } from '../../../bench/check/baseline.ts';
import { fingerprintDifferences } from '../../../bench/check/fingerprint.ts';
import { describeEnvironment } from '../../../bench/measure/environment.ts';
import { exchangeSchema } from '../../../bench/model/exchange.ts';
import { fixedSize } from '../../../bench/model/message-sizes.ts';
import { planHash, storedBaselineSchema } from '../../../bench/model/stored-baseline.ts';
import { baselinePlan, run, stored } from './baselines.ts';

const margins = { tolerated: 0.01, detected: 0.05 };

/** Returns ten sessions around a value. */
function sessions(metric: string, centre: number) {
  return { metric, margins, differences: Array.from({ length: 10 }, (_, i) => centre + 0.001 * (i - 4.5)) };
}

function hold(throughput: number, cpu: number, runs: readonly ReturnType<typeof run>[], record = false) {
  const baseline = { file: 'runs.json', stored: stored(runs), record };
  return holdAgainstStored(baseline, [sessions('throughput', throughput), sessions('cpu', cpu)]);
}

const five = [0.1, 0.102, 0.098, 0.101, 0.099].map((value) => run(value));
const wide = [0.1, 0.14, 0.06, 0.12, 0.08].map((value) => run(value));

describe('a run compared with stored runs', () => {
  test.each([
    ['similar to them', 0.1, 0.1, five, 'pass', [], 'PASS'],
    ['worse in one metric', 0.1, 0.16, five, 'regressed', ['cpu'], 'REGRESSED: in cpu'],
    ['with four of them', 0.1, 0.9, five.slice(1), 'advisory', [], 'record 1 more run with --record'],
    ['with none of them', 0.1, 0.9, [], 'advisory', [], 'record 5 more runs'],
  ])('%s', (_, throughput, cpu, runs, outcome, metrics, statement) => {
    const { end } = hold(throughput, cpu, runs);
    expect(end).toMatchObject({ outcome, metrics, statement: expect.stringContaining(statement) });
  });

  test('is inconclusive when they scatter too much for any number of runs', () => {
    expect(hold(0.1, 0.1, wide).end).toMatchObject({
      outcome: 'inconclusive',
      why: expect.stringContaining('Runs differ too much in throughput, cpu'),
    });
  });

  test('reports how many more runs are needed when they scatter, and to run it again when it is too close', () => {
    const some = [0.1, 0.116, 0.084, 0.108, 0.092].map((value) => run(value));
    expect(hold(0.1, 0.1, some).end.why).toMatch(/a decision takes about [1-9]\d* more recorded runs/);
    expect(
      hold(
        0.1,
        0.1 + 0.03,
        [0.1, 0.107, 0.093, 0.1, 0.1].map((value) => run(value)),
      ).end,
    ).toMatchObject({
      outcome: 'inconclusive',
      why: expect.stringContaining('in cpu it is open whether the server is worse. Run it again'),
    });
  });

  test('is saved as its estimate beside their mean', () => {
    const { record } = hold(0.1, 0.16, five);
    expect(record).toMatchObject({ file: 'runs.json', runs: 5, record: false, firstAt: five[0]?.startedAt });
    expect(record.metrics[1]).toMatchObject({ metric: 'cpu', runs: 5, finding: 'regressed', ...margins });
    expect(record.metrics[1]?.mean).toBeCloseTo(0.1, 12);
    expect(record.metrics[1]?.run).toBeCloseTo(0.16, 12);
  });
});

describe('recording a run', () => {
  test.each([
    ['reports the first', [], 'RECORDED: this is run 1; record 4 more runs'],
    ['reports the fifth', five.slice(1), 'RECORDED: this is run 5.'],
    ['reports one that is worse', five, 'RECORDED: this is run 6. In cpu it is worse than the earlier runs'],
  ])('%s', (_, runs, statement) => {
    expect(hold(0.1, 0.2, runs, true).end).toMatchObject({
      outcome: 'recorded',
      statement: expect.stringContaining(statement),
    });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'is refused when a metric could not be estimated: %d',
    (unknown) => {
      const baseline = { file: 'runs.json', stored: stored([]), record: true };
      const missing = { ...sessions('cpu', 0.1), differences: [unknown, unknown, 0.1] };
      const { record, end } = holdAgainstStored(baseline, [missing]);
      expect(record.metrics[0]).toMatchObject({ run: null, finding: 'not-estimable' });
      expect(end).toMatchObject({
        outcome: 'invalid',
        why: expect.stringContaining('cpu could not be estimated, so this run is not recorded'),
      });
    },
  );
});

describe('recorded runs', () => {
  const here = describeEnvironment();
  const before = stored(five);

  test('from this machine with the same plan are comparable', () => {
    expect(fingerprintDifferences(before, stored([]))).toEqual([]);
  });

  test('from another machine are refused, and every difference is named', () => {
    const there = { ...here, cpuModel: 'other CPU', cpus: 99, kernel: '1.0', node: '21.0.0' };
    expect(fingerprintDifferences(before, stored([], baselinePlan(), there))).toEqual([
      `CPU model: ${here.cpuModel} when recorded, other CPU now`,
      `CPUs: ${here.cpus} when recorded, 99 now`,
      `kernel: ${here.kernel} when recorded, 1.0 now`,
      `Node version: ${here.node} when recorded, 21.0.0 now`,
    ]);
  });

  test('with another plan are refused, and every difference is named', () => {
    const plan = baselinePlan({ windowMs: 31 });
    const other = {
      ...plan,
      point: { ...plan.point, connections: 5, websocketMessage: 'text', sizes: fixedSize(65) },
    } as const;
    expect(fingerprintDifferences(before, stored([], other))).toEqual([
      'type of WebSocket messages: none when recorded, text now',
      'connections: 4 when recorded, 5 now',
      'sizes of messages: [{"from":64,"to":64,"share":1}] when recorded, [{"from":65,"to":65,"share":1}] now',
      'window in ms: 10 when recorded, 31 now',
    ]);
  });

  test('with other requests are refused, and a baseline with them is read again', () => {
    const plan = baselinePlan();
    const exchange = exchangeSchema.parse({
      protocol: 'http',
      requests: [
        { method: 'GET', path: '/a', headers: [], body: null, weight: 1, expectStatus: null, expectBody: null },
      ],
    });
    const other = stored([], { ...plan, point: { ...plan.point, exchange } });
    expect(storedBaselineSchema.parse(JSON.parse(JSON.stringify(other)))).toEqual(other);
    expect(fingerprintDifferences(before, other)).toEqual([
      expect.stringMatching(/^requests: none when recorded, \{"protocol":"http",.*"path":"\/a".* now$/),
    ]);
  });

  test('have the hash of earlier versions, which did not store requests', () => {
    const { model, version } = before.reference;
    const { app, transport, connections, sizes, warmupMs, windowMs, sessions, method } = before.plan;
    const { threads, serverCpus, loadCpus } = before.plan;
    const fields = [app, transport, connections, sizes, warmupMs, windowMs, sessions, method, threads];
    const text = JSON.stringify([model, version, ...fields, serverCpus, loadCpus]);
    expect(before.fingerprint.planHash).toBe(createHash('sha256').update(text).digest('hex').slice(0, 16));
  });

  test('with another method of measuring are refused', () => {
    const plan = { ...before.plan, method: before.plan.method + 1 };
    const fingerprint = { ...before.fingerprint, planHash: planHash(plan, before.reference) };
    expect(fingerprintDifferences({ ...before, plan, fingerprint }, stored([]))).toEqual([
      `method of measuring: ${plan.method} when recorded, ${before.plan.method} now`,
    ]);
  });

  test('next to another reference are refused, and its version is named', () => {
    const reference = { ...before.reference, version: 99 };
    const old = { ...before, reference };
    const fingerprint = { ...before.fingerprint, planHash: planHash(before.plan, reference) };
    expect(fingerprintDifferences({ ...old, fingerprint }, stored([]))).toEqual([
      'version of the reference: 99 when recorded, 1 now',
    ]);
  });
});
