import { expect, test } from 'vitest';
import { overTime } from '../../reports/tables/details/over-time.ts';
import { drawOverTime, sparkline } from '../../reports/text/sparkline.ts';
import { trial } from './results.ts';

test.each<[string, (number | null)[], string, string]>([
  ['heights are shares of the highest', [0, 1, 2, 3, 4, 5, 6, 7, 8], '▁▁▂▃▄▅▆▇█', '__.,-~=*#'],
  ['steady values are all high', [98, 99, 100], '███', '###'],
  ['a missing value leaves a gap', [8, null, 4], '█ ▄', '# -'],
  ['zeros are low', [0, 0], '▁▁', '__'],
  ['there may be nothing', [], '', ''],
])('%s', (_, values, blocks, ascii) => {
  expect(sparkline(values)).toBe(blocks);
  expect(sparkline(values, true)).toBe(ascii);
});

/** Returns a load that lasted for a time: each second with a rate, latencies and errors. */
function lasting(seconds: number, errors = 0) {
  const timeline = Array.from({ length: seconds }, (_, i) => ({
    ...{ second: i + 1, requestsPerSecond: 1000 * (i + 1), bytesPerSecond: 64_000 * (i + 1) },
    ...{ p50: 500, p99: i === 1 ? 8000 : 2000, errors },
  }));
  return { ...trial(), timeline };
}

test('a load over time has a sparkline for the rate and for latencies, with their range', () => {
  const drawn = overTime([lasting(4)]);
  expect(drawn?.title).toBe('Over time');
  expect(drawn && drawOverTime(drawn)).toEqual([
    'req/s  ▂▄▆█  1.00k to 4.00k',
    'p50    ████  500 µs',
    'p99    ▂█▂▂  2.00 ms to 8.00 ms',
  ]);
});

test('a long load has several seconds in a bar, with the worst latencies, within 80 columns', () => {
  const drawn = overTime([lasting(100, 3)]);
  expect(drawn?.title).toBe('Over time: mean rate and worst latencies of each 3 seconds');
  const lines = drawn === null ? [] : drawOverTime(drawn);
  expect(lines.map((line) => line.split(' ')[0])).toEqual(['req/s', 'p50', 'p99', 'errors']);
  expect(lines[2]).toContain('8.00 ms');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a load one way has its throughput, and nothing else', () => {
  const drawn = overTime([{ ...lasting(3), workload: 'upload' }]);
  expect(drawn && drawOverTime(drawn)).toEqual(['throughput  ▃▆█  64.0 kB/s to 192 kB/s']);
});

test('seconds in which nothing was answered have no latency', () => {
  const silent = lasting(3);
  const points = silent.timeline.map((point) => ({ ...point, p50: 0, p99: 0 }));
  const drawn = overTime([{ ...silent, timeline: points }]);
  expect(drawn && drawOverTime(drawn)).toEqual(['req/s  ▃▆█  1.00k to 3.00k', 'p50', 'p99']);
});

test.each([
  ['a short load', [lasting(1)]],
  ['several rounds', [lasting(9), lasting(9)]],
  ['nothing', []],
])('%s has none', (_, trials) => {
  expect(overTime(trials)).toBeNull();
});
