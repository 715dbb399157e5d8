import { expect, test } from 'vitest';
import type { Result } from '../../bench/model/result.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { renderSideBySide } from '../../reports/renderers/side-by-side.ts';
import { failure, latency, result, trial } from './results.ts';
import { uploadBench } from './runs.ts';

const page = { color: false, width: 100 };

/** Returns trials of one row, one for each rate, with a p99 and a CPU time per request. */
function rounds(target: string, rates: readonly number[], p99: number, cpu: number, connections = 16): Trial[] {
  return rates.map((requestsPerSecond, i) => {
    const plain = trial({ target, connections, round: i + 1 });
    return {
      ...plain,
      throughput: { requestsPerSecond, bytesPerSecond: requestsPerSecond * 64 },
      latencyMicros: { response: latency(p99 / 4, p99) },
      server: plain.server && { ...plain.server, cpuMicrosPerRequest: cpu },
    };
  });
}

const saturated = (each: Trial): Trial => ({ ...each, generator: { ...each.generator, saturated: true } });
const working = (each: Trial): Trial => ({ ...each, work: 'cpu:500us' });

const before = result({
  trials: [
    ...rounds('async', [9000, 10_000, 30_000], 2000, 50),
    ...rounds('epoll', [80_000, 80_000], 500, 8).map(saturated),
    ...rounds('cluster', [20_000], 900, 30, 1),
    ...rounds('async', [1500], 9000, 600).map(working),
  ],
});

const after = result({
  startedAt: '2026-11-22T10:00:00.000Z',
  plan: { ...before.plan, seed: 7, rounds: 1 },
  environment: { ...before.environment, sockbench: '0.2.0' },
  trials: [
    ...rounds('async', [11_000], 1500, 50),
    { ...trial({ target: 'epoll', requests: { errors: 12 } }), server: null },
    ...rounds('iterative', [5000], 700, 20, 1),
    ...rounds('async', [1500], 9000, 600, 1).map(working),
  ],
  failures: [failure({ connections: 1 })],
});

function sideBySide(a: Result, b: Result, width = 100): string {
  return renderSideBySide({ name: 'before.json', result: a }, { name: 'after.json', result: b }, { ...page, width });
}

test('two runs side by side have medians, changes and unmatched rows, but no verdict', async () => {
  await expect(sideBySide(before, after)).toMatchFileSnapshot('../golden/side-by-side.txt');
});

test('one-way loads are compared by throughput', () => {
  const upload = uploadBench();
  const text = sideBySide(upload, upload);
  expect(text).toMatch(/^model +throughput A +B +change +CPU A +B +change +errors A +B$/m);
  expect(text).toMatch(/^async +0\.850 +0\.850 +\+0\.0 /m);
  expect(text).toMatch(/^nonblocking +≥4\.20 +≥4\.20 +– /m);
});

test('HTTP servers match in any order and with any page size', () => {
  const page = (target: string, size: number) => ({ ...trial({ target, size }), app: 'http' as const });
  const [a, b] = [
    result({ trials: [page('async', 210), page('epoll', 3000)] }),
    result({ trials: [page('epoll', 3001), page('async', 211)] }),
  ];
  expect(sideBySide(a, b)).not.toContain('Only in');
});

test('the comparison fits the page width', () => {
  for (const width of [80, 100]) {
    const lines = sideBySide(before, after, width).split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
  }
});

test('a run compared with itself has no changes and no unmatched rows', () => {
  const text = sideBySide(before, before);
  expect(text).not.toContain('Only in');
  // 4 rows of 4 numbers, without the one rate that the generator limited.
  expect(text.match(/[+-]\d+\.\d/g)).toEqual(Array.from({ length: 4 * 4 - 1 }, () => '+0.0'));
});
