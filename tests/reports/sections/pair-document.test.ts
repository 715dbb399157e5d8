import { describe, expect, test } from 'vitest';
import type { Result } from '../../../bench/model/result.ts';
import { documentOfPair } from '../../../reports/sections/pair-document.ts';
import { chartOf, chartsOf, sectionIds, wordsOf } from './documents.ts';
import { comparison, samples, timedRun } from './fixtures.ts';

const before = { name: 'before.json', result: comparison(7) };
const after = { name: 'after.json', result: faster(comparison(7)) };

/** Returns a result in which the second server is a tenth faster. */
function faster(result: Result): Result {
  const trials = result.trials.map((trial) => {
    if (trial.target !== 'async') return trial;
    const requestsPerSecond = trial.throughput.requestsPerSecond * 1.1;
    return { ...trial, throughput: { ...trial.throughput, requestsPerSecond } };
  });
  return { ...result, trials };
}

describe('two results side by side', () => {
  const document = documentOfPair(before, after);

  test('have no verdict, and say why', () => {
    expect(wordsOf(document, 'verdict')).toMatch(/^No verdict: .*sockbench check/);
    expect(wordsOf(document, 'verdict')).toContain('A: 7 of 42 trials are doubtful.');
  });

  test('have the change of each row with its interval, unless the generator was the limit', () => {
    const { rows } = chartOf(document, 'intervals', 'change-rate-1-tcp');
    const async = rows.find(({ name, group }) => name === 'async' && group === '64 connections');
    expect(async?.value).toBeCloseTo(0.1, 2);
    expect(async?.low).toBeGreaterThan(0.09);
    expect(async?.high).toBeLessThan(0.11);
    expect(rows.find(({ name, group }) => name === 'epoll' && group === '64 connections')).toMatchObject({
      value: null,
      note: 'not known: the generator was at its limit',
    });
  });

  test('are overlaid, named by their files', () => {
    const names = ['A: before.json', 'B: after.json'];
    expect(document.identities.slice(0, 2)).toEqual(names);
    expect(chartOf(document, 'lines', 'speed-1-tcp-2').series.map(({ name }) => name)).toEqual(names);
    expect(chartsOf(document, 'spectrum').map(({ title }) => title)).toEqual([
      'Response times of epoll with 64 connections',
      'Response times of async with 64 connections',
      'Response times of iterative with 64 connections',
    ]);
  });

  test('have the environment last where the machines are the same, and first where they differ', () => {
    expect(sectionIds(document)).toEqual(['verdict', 'changes', 'throughput', 'latency', 'spectrum', 'environment']);
    const environment = { ...after.result.environment, kernel: 'Linux 6.9.0' };
    const moved = documentOfPair(before, { ...after, result: { ...after.result, environment } });
    expect(sectionIds(moved).slice(0, 2)).toEqual(['verdict', 'environment']);
    expect(wordsOf(moved, 'verdict')).toContain('- kernel: Linux 6.8.0 in A, Linux 6.9.0 in B');
    expect(wordsOf(moved, 'environment')).toMatch(/differs\nsystem +linux Linux 6\.8\.0 x64 +linux Linux 6\.9\.0 x64/);
  });
});

test('any two results of trials have a document', () => {
  const results = Object.values(samples).filter((saved): saved is Result => 'trials' in saved);
  for (const a of results) {
    const b = results[(results.indexOf(a) + 1) % results.length] ?? a;
    const document = documentOfPair({ name: 'a.json', result: a }, { name: 'a.json', result: b });
    const ids = chartsOf(document).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  }
});

test('too few rounds give a change without an interval', () => {
  const { rows } = chartOf(
    documentOfPair({ name: 'a', result: timedRun() }, { name: 'b', result: timedRun() }),
    'intervals',
    'change-rate-1-tcp',
  );
  expect(rows[0]).toMatchObject({ name: 'event-driven', value: 0 });
  expect(rows[0]).not.toHaveProperty('low');
});
