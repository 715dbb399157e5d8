import { expect, test } from 'vitest';
import { changedConditions, conditionsOf } from '../../bench/model/conditions.ts';
import { checkResult } from '../reports/checks.ts';
import { result } from '../reports/results.ts';

const before = result();

test('of kernel and Node only the release line counts', () => {
  const { environment } = before;
  const patched = { ...environment, kernel: 'Linux 6.8.12-rt', node: 'v20.99.0', sockbench: '9.0.0', commit: 'abc' };
  expect(changedConditions(conditionsOf(before), conditionsOf({ ...before, environment: patched }))).toEqual([]);
  const upgraded = { ...environment, kernel: '6.10.3-generic', node: '22.1.0' };
  expect(changedConditions(conditionsOf(before), conditionsOf({ ...before, environment: upgraded }))).toEqual([
    'kernel 6.8 → 6.10',
    'Node 20 → 22',
  ]);
});

test('machine and plan are named with both values', () => {
  const environment = {
    ...before.environment,
    cpuModel: 'other',
    cpus: 4,
    governor: 'performance',
    virtualized: false,
  };
  const plan = { ...before.plan, durationSeconds: 1, warmupSeconds: 0, threads: 2, serverCpus: [0], loadCpus: [] };
  expect(changedConditions(conditionsOf(before), conditionsOf({ ...before, environment, plan }))).toEqual([
    'CPU model AMD EPYC 7763 → other',
    'CPUs 2 → 4',
    'governor none → performance',
    'virtual machine yes → no',
    'duration in seconds 0.5 → 1',
    'warm-up in seconds 0.2 → 0',
    'generator threads 1 → 2',
    'CPUs for servers 0,1 → 0',
    'CPUs for the load 0,1 → any',
  ]);
});

test('seed, rounds and targets do not matter', () => {
  const plan = { ...before.plan, seed: 7, rounds: 5, models: ['async'], connections: [1] };
  expect(changedConditions(conditionsOf(before), conditionsOf({ ...before, plan }))).toEqual([]);
});

test('checks differ by window and page', () => {
  const check = checkResult();
  const other = checkResult({ plan: { ...check.plan, seed: 8, windowMs: 50, page: '0123456789abcdef' } });
  expect(changedConditions(conditionsOf(check), conditionsOf(other))).toEqual([
    'window in ms 250 → 50',
    'page none → 0123456789ab',
  ]);
});
