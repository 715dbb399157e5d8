import { describe, expect, test } from 'vitest';
import type { Capacity } from '../../bench/model/capacity.ts';
import type { CheckResult } from '../../bench/model/check-result.ts';
import type { Result } from '../../bench/model/result.ts';
import { checkReadings } from '../../reports/history/check-readings.ts';
import { formatReading, isSelected, type Reading } from '../../reports/history/reading.ts';
import { trialReadings } from '../../reports/history/trial-readings.ts';
import { checkResult, checkSessions, look, notEstimable, storedRuns } from './checks.ts';
import { result, trial } from './results.ts';
import { trialAt } from './saved-runs.ts';

const all = new Set(['rate', 'bytes', 'response.p50', 'response.p99', 'cpu', 'errors', 'memory', 'capacity']);
const read = (saved: Partial<Result>, ...metrics: string[]) =>
  trialReadings(result(saved), metrics.length === 0 ? all : new Set(metrics));
const values = (readings: readonly Reading[]) =>
  readings.map(({ subject: { target, title }, value }) => [target, title, value]);

const reasons = [{ code: 'x', message: 'the generator was at its limit' }];
const suspect = { verdict: 'suspect' as const, reasons };
const invalid = { verdict: 'invalid' as const, reasons };

describe('readings of trials', () => {
  test('are medians of the rounds, and of counts means', () => {
    const trials = [10, 30, 20].map((rate, i) =>
      trialAt(rate, { round: i + 1, requests: { errors: i, sent: 100, completed: 100 - i } }),
    );
    expect(values(read({ trials }, 'rate', 'errors'))).toEqual([
      ['event-driven', 'req/s', 20],
      ['event-driven', 'errors', 1],
    ]);
  });

  test('leave invalid trials out, and mark suspect ones', () => {
    const trials = [trialAt(10, { validity: invalid }), trialAt(30), trialAt(20, { validity: suspect })];
    expect(read({ trials }, 'rate')).toMatchObject([{ value: 25, doubt: 'the generator was at its limit' }]);
    expect(read({ trials: trials.slice(0, 2) }, 'rate')).toMatchObject([{ value: 30, doubt: null }]);
  });

  test('have one subject for each target, load and number of connections', () => {
    const trials = [trial(), trial({ connections: 1 }), trial({ target: 'async' }), trial({ transport: 'udp' })];
    const readings = read({ trials }, 'rate');
    expect(new Set(readings.map(({ key }) => key)).size).toBe(4);
    expect(readings[0]?.subject).toEqual({
      ...{ command: 'bench', target: 'event-driven', app: 'echo', transport: 'tcp', connections: 16 },
      ...{
        load: 'TCP: echo, request-response, 64 B',
        metric: 'rate',
        title: 'req/s',
        unit: 'perSecond',
        worse: 'less',
      },
    });
    expect(read({ trials: [trialAt(5)] }, 'rate')[0]?.key).toBe(readings[0]?.key);
  });

  test('contain what the load measures, and nothing that is hidden in a round', () => {
    const oneWay = { ...trial(), workload: 'upload' } as const;
    expect(values(read({ trials: [oneWay] }, 'rate', 'bytes'))).toEqual([['event-driven', 'throughput', 640_000]]);
    const dropping = trial({ requests: { dropped: 5000 } });
    expect(values(read({ trials: [trial(), dropping] }, 'rate', 'response.p99')).map(([, title]) => title)).toEqual([
      'req/s',
    ]);
    expect(read({ trials: [trial({ server: null })] }, 'cpu')).toEqual([]);
  });

  test('of a search for capacities are the highest rates that kept the objectives', () => {
    const { plan } = result();
    const searched = { slos: ['p99<20ms'], mostErrors: 0, startRate: 1, confirmSeconds: 3, budgetSeconds: 60 };
    const found = { transport: 'tcp', connections: 16, work: null, cacheHit: 0, limit: null } as const;
    const rest = { steps: [], profile: [], notes: [], refuted: null };
    const capacity: Capacity[] = [
      { ...found, ...rest, target: 'async', outcome: 'at-least', confirmed: 40_000 },
      { ...found, ...rest, target: 'epoll', outcome: 'none', confirmed: null },
    ];
    const saved = { plan: { ...plan, command: 'capacity', capacity: searched }, capacity };
    expect(read(saved)).toMatchObject([
      { subject: { target: 'async', load: 'TCP: echo, highest rate with p99<20ms' }, value: 40_000 },
    ]);
    expect(read(saved, 'rate')).toEqual([]);
  });
});

describe('readings of checks', () => {
  const { plan } = checkResult();
  const readings = (variation: Partial<CheckResult> = {}) =>
    checkReadings(checkResult({ plan: { ...plan, a: 'main (1a2b3c4)' }, ...variation }), all);

  test('are the costs of B as multiples of those of A, and levels where checks have the same load', () => {
    expect(values(readings())).toEqual([
      ['./new {port} ÷ main', 'time per request, B ÷ A', 1.001],
      ['./new {port}', 'req/s of B', Math.exp(11)],
      ['main', 'req/s of A', Math.exp(11)],
      ['./new {port} ÷ main', 'CPU, B ÷ A', 0.88],
      ['./new {port}', 'CPU of B', Math.exp(8.5) / 1000],
      ['main', 'CPU of A', Math.exp(8.5) / 1000],
    ]);
    expect(readings()[0]?.subject.load).toBe('TCP: echo, 64 B');
  });

  test('leave out what was not estimated, and sessions that do not count', () => {
    const looks = [look('inconclusive', [notEstimable('p99')])];
    expect(readings({ looks, sessions: checkSessions(1, ['restarted']) })).toEqual([]);
  });

  test('are those of stored runs, where a check was held against them', () => {
    const titles = values(readings({ looks: [], baseline: storedRuns() }));
    expect(titles).toContainEqual(['./new {port} ÷ main', 'CPU, B ÷ A', Math.exp(0.25)]);
    expect(titles.map(([, title]) => title)).not.toContain('p50, B ÷ A');
  });

  test('are selected by either program', () => {
    const selected = (target: string) => readings().filter(({ subject }) => isSelected(subject, { targets: [target] }));
    expect(selected('main')).toHaveLength(4);
    expect(selected('./new {port}')).toHaveLength(4);
    expect(selected('new')).toEqual([]);
  });
});

test('values have their unit', () => {
  expect(formatReading({ unit: 'ratio' }, 1.0234)).toBe('1.02');
  expect(formatReading({ unit: 'micros', per: 'gigabyte' }, 2e6)).toBe('2.00 s/gigabyte');
  expect(formatReading({ unit: 'perSecond' }, 12_345)).toBe('12.3k/s');
});
