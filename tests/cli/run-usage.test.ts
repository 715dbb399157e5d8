import { expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

test.each([
  ['--out-dir', 'package.json/results', '--out-dir'],
  ['--json', 'package.json/results.json', '--json'],
  ['--out', 'terminal=docs', '--out terminal'],
])('run reports an unusable path for results (%s %s) before it measures', async (flag, place, what) => {
  const { code, stdout, stderr } = await commandLine('run', '--model', 'async', flag, place);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`${what}: can't be written`);
});

test('run refuses a threshold on an unmeasured value before it starts', async () => {
  const { code, stdout, stderr } = await commandLine(
    ...['run', '--model', 'epoll', '--app', 'discard', '--workload', 'upload', '--threshold', 'p99<5ms'],
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('threshold: p99<5ms: upload has no replies');
});

test('run refuses a log of latencies for an upload before it starts', async () => {
  const { code, stdout, stderr } = await commandLine(
    ...['run', '--model', 'async', '--app', 'discard', '--workload', 'upload', '--out', 'csv=a.csv,hlog=a.hlog'],
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('--out hlog: without replies there are no latencies: use csv');
});

test.each([
  ['-R', '0'],
  ['-R', 'fast'],
  ['--arrivals', 'bursty', '-R', '1'],
])('run with %s %s is refused', async (...flags) => {
  expect((await commandLine('run', '--target', 'tcp://127.0.0.1:1', ...flags)).code).toBe(2);
});

test('run refuses work for a server that is already running', async () => {
  const { code, stderr } = await commandLine('run', '--target', 'tcp://127.0.0.1:1', '--work', 'cpu:1ms');
  expect(code).toBe(2);
  expect(stderr).toMatch(/does its own work: leave out --work/);
});

test('doctor refuses too short a time, and a time without --calibrate', async () => {
  const { code, stderr } = await commandLine('doctor', '--calibrate', '-d', '1s');
  expect([code, stderr]).toEqual([2, expect.stringContaining('at least 5 s')]);
  expect((await commandLine('doctor', '-d', '9s')).code).toBe(2);
});
