import { expect, test } from 'vitest';
import { hotPathNames } from '../../bench/lab/micro/names.ts';
import { Program } from './program.ts';

function micro(...args: readonly string[]): Program {
  return new Program(['micro', ...args]);
}

test('micro measures every hot path', async () => {
  const { code, stdout } = await micro('-d', '20ms', '--json').end();
  expect(code).toBe(0);
  const results = JSON.parse(stdout);
  expect(results.map(({ name }: { name: string }) => name)).toEqual(hotPathNames);
  for (const { medianNanos, p99Nanos, samples, callsPerSample } of results) {
    expect(medianNanos).toBeGreaterThan(0.1);
    expect(p99Nanos).toBeGreaterThanOrEqual(medianNanos);
    expect(samples).toBeGreaterThan(10);
    // A slow call is a sample of its own.
    expect(callsPerSample).toBeGreaterThanOrEqual(1);
  }
});

test('micro reports more time for a call with more work', async () => {
  const { stdout } = await micro('--only', 'payload-16384,histogram-record', '-d', '50ms', '--json').end();
  const [record, compare] = JSON.parse(stdout);
  expect([record.name, compare.name]).toEqual(['histogram-record', 'payload-16384']);
  // Comparing 16 KiB takes hundreds of times as long as incrementing one count.
  expect(compare.medianNanos).toBeGreaterThan(5 * record.medianNanos);
});

test('micro prints a table', async () => {
  const { stdout, stderr } = await micro('--only', 'clock', '-d', '20ms').end();
  expect(stdout).toMatch(/hot path +what a call does/);
  expect(stdout).toMatch(/clock +reads the monotonic clock +[\d.]+/);
  expect(stderr).toBe('');
});
