import { expect, test } from 'vitest';
import { commandLine } from './in-process.ts';

test('capacity reports all invalid flags at once', async () => {
  const { code, stdout, stderr } = await commandLine(
    ...['capacity', '--slo', 'rate>5k,p99<5ms', '--rate', '5', '--arrivals', 'constant', '--stage', '1s:5', '-n', '5'],
    ...['--max-errors', '100%', '--models', 'asink', '--confirm', '500ms', '--budget', '900ms', '--start-rate', 'x'],
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  const faults = stderr.split('\n').filter((line) => line.startsWith('sockbench: '));
  expect(faults.map((fault) => fault.slice('sockbench: '.length).split(':').slice(0, 2).join(':'))).toEqual([
    "--start-rate: 'x' is not a number of requests/s, such as 1000, 10k or 1e6",
    "unknown model 'asink'; did you mean 'async'?",
    '--rate: the rate is searched for',
    '--arrivals: arrivals of a search are always Poisson',
    '--stage: a search chooses its rates itself',
    '--requests: trials of a search last for a fixed time',
    'slo: rate>5k',
    "confirm: a window of 500 ms can't confirm trials of 1000 ms",
    'max-errors: 100% or more is no limit',
    'budget: 900 ms is too short for one confirmation of 1000 ms',
  ]);
});

test('capacity reports a missing objective', async () => {
  const { code, stderr } = await commandLine('capacity', '--models', 'async');
  expect(code).toBe(2);
  expect(stderr).toContain("slo: give an objective, such as --slo 'p99<5ms'");
});
