import { describe, expect, test } from 'vitest';
import { conclude, type RunStep, type SearchEnd } from '../../bench/capacity/conclusion.ts';
import { stateCapacities } from '../../bench/capacity/statements.ts';
import type { Capacity, Finding, Purpose } from '../../bench/model/capacity.ts';
import { type Result, resultSchema } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { renderTerminal } from '../../reports/renderers/terminal.ts';
import { failure, latency, result, trial } from './results.ts';

const page = { color: false, width: 100 };

type StepSpec = readonly [Purpose, number, Finding];

/** Returns the search of a target with the given steps. A step that missed its objective has a p99 of 40 ms. */
function searched(target: string, specs: readonly StepSpec[], end: SearchEnd = 'done', connections = 50) {
  const steps = specs.map(([purpose, rate, finding], i): RunStep => {
    const round = i + 1;
    const measured: Trial = {
      ...trial({ target, round, connections }),
      ...{ rate, arrivals: 'poisson' },
      latencyMicros: { response: latency(100 + rate / 100, finding === 'met' ? 500 + rate / 10 : 40_000) },
    };
    const reasons = finding === 'met' ? [] : [{ code: 'bound', message: 'p99<5ms was not kept: it was 40 ms' }];
    return { purpose, rate, finding, round, reasons, trial: measured };
  });
  const point = { target, transport: 'tcp', connections, work: null, cacheHit: 0 } as const;
  const capacity: Capacity = { ...point, ...conclude(steps, end) };
  return { capacity, trials: steps.map((step) => step.trial) };
}

const profile = (rate: number): StepSpec[] => [0.1, 0.5, 0.9].map((share) => ['profile', rate * share, 'met']);

const bracketed = searched('async', [
  ['bracket', 16_000, 'met'],
  ['bracket', 32_000, 'missed'],
  ['confirm', 20_000, 'missed'],
  ['confirm', 19_050, 'met'],
  ...profile(19_050),
]);

const limited = searched('epoll', [
  ['bracket', 64_000, 'met'],
  ['confirm', 64_000, 'met'],
  ['confirm', 67_200, 'limited'],
  ...profile(64_000),
]);

const overwhelmed = searched('iterative', [['bracket', 10, 'missed']]);
const failed = searched('cluster', [['bracket', 1000, 'met']], 'failure');

function found(...searches: readonly ReturnType<typeof searched>[]): Result {
  const capacity = searches.map((each) => each.capacity);
  const plan = {
    ...result().plan,
    ...{ command: 'capacity', rounds: 1, models: capacity.map(({ target }) => target), connections: [50] },
    ...{ rate: 1000, durationSeconds: 2, warmupSeconds: 0.5 },
    arrivals: 'poisson' as const,
    capacity: { slos: ['p99<5ms'], mostErrors: 0.001, startRate: 1000, confirmSeconds: 10, budgetSeconds: 600 },
  };
  const trials = searches.flatMap((each) => each.trials);
  return result({ plan, capacity, trials, verdict: { statements: stateCapacities(capacity, ['p99<5ms']) } });
}

test('several searches are printed as a table with a row each', async () => {
  const run = { ...found(overwhelmed, failed, bracketed, limited), failures: [failure({ connections: 50, round: 2 })] };
  await expect(renderTerminal(run, page)).toMatchFileSnapshot('../golden/capacity.txt');
});

test('one search is printed step by step', async () => {
  await expect(renderTerminal(found(bracketed), page)).toMatchFileSnapshot('../golden/capacity-search.txt');
});

test('a reason that is too long for its line continues on the next', () => {
  const message =
    '12,345 of 32,000 requests/s offered were answered (38.6 %), so response times grow with the time measured';
  const steps = bracketed.capacity.steps.map((step) => ({ ...step, reasons: [{ code: 'rate-missed', message }] }));
  const text = renderTerminal(found({ ...bracketed, capacity: { ...bracketed.capacity, steps } }), page);
  expect(text.replace(/\s+/g, ' ')).toContain(`32.0k 420 µs 40.0 ms not kept ${message} confirmation window`);
});

test('a search is saved and read again without loss', () => {
  const run = found(bracketed, limited);
  expect(resultSchema.parse(JSON.parse(JSON.stringify(run)))).toEqual(run);
});

describe('a printed capacity', () => {
  const rowOf = (run: Result, target: string) =>
    renderTerminal(run, page)
      .split('\n')
      .find((line) => line.startsWith(`${target} `));

  test('is a lower bound without an upper one when the generator was the limit', () => {
    expect(rowOf(found(limited, bracketed), 'epoll')).toMatch(/^epoll +≥64\.0k +– /);
    expect(rowOf(found(limited, bracketed), 'async')).toMatch(/^async +19\.1k +20\.0k /);
  });

  test('has a row for each number of connections', () => {
    const text = renderTerminal(found(bracketed, searched('async', [['bracket', 10, 'missed']], 'done', 1)), page);
    expect(text).toMatch(/1 connection\nasync +none[\s\S]*50 connections\nasync +19\.1k/);
  });

  test('is unknown for a search without a result', () => {
    expect(rowOf(found(searched('async', [], 'interruption'), bracketed), 'async')).toMatch(/^async +19/);
    expect(renderTerminal({ ...found(searched('async', [], 'interruption')), interrupted: true }, page)).toMatch(
      /^async +unknown[\s\S]*Interrupted after 0 trials/m,
    );
  });

  test('fits the page width', () => {
    for (const width of [80, 100]) {
      const text = renderTerminal(found(bracketed, limited), { color: false, width });
      expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
    }
  });
});
