import { expect, test } from 'vitest';
import { type Sample, serverUsage } from '../../bench/run/readings.ts';

const memory = { peakRssBytes: 2e6, peakPssBytes: 1e6 };

const sample = (completed: number, cpuNanos: number, contextSwitches = 5): Sample => ({
  completed,
  usage: { cpuNanos, threads: 3, processes: 2, contextSwitches },
});

test('usage is the difference of two samples, and CPU time is divided by the requests between them', () => {
  expect(serverUsage(sample(100, 1e9, 5), sample(300, 3e9, 9), memory)).toEqual({
    ...{ cpuSeconds: 2, cpuMicrosPerRequest: 10_000, contextSwitches: 4, threads: 3, processes: 2 },
    ...memory,
  });
});

test('CPU time per request is not known when no request completed', () => {
  expect(serverUsage(sample(7, 0), sample(7, 1e9), memory)).toMatchObject({ cpuSeconds: 1, cpuMicrosPerRequest: null });
});

test('CPU time is never negative, and not known per request, when a process ended and its time was rounded down', () => {
  const usage = serverUsage(sample(0, 45e6, 9), sample(100, 40e6, 4), memory);
  expect(usage).toMatchObject({ cpuSeconds: 0, cpuMicrosPerRequest: null, contextSwitches: 0 });
});

test('usage is not known without samples or memory', () => {
  expect(serverUsage(undefined, sample(1, 1), memory)).toBeNull();
  expect(serverUsage({ completed: 0, usage: null }, sample(1, 1), memory)).toBeNull();
  expect(serverUsage(sample(0, 0), sample(1, 1), null)).toBeNull();
});
