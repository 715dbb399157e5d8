import { expect, test } from 'vitest';
import { Histogram } from '../../bench/measure/histogram.ts';
import { Timeline } from '../../bench/measure/timeline.ts';
import { measureTrial, tcpServer } from './measured.ts';

/** A histogram of so many response times of so many microseconds each. */
function responses(...groups: readonly (readonly [count: number, micros: number])[]): Histogram {
  const histogram = new Histogram();
  for (const [count, micros] of groups) for (let i = 0; i < count; i++) histogram.record(micros * 1000);
  return histogram;
}

test('a timeline tells each interval by itself, out of counts that only grow', () => {
  const timeline = new Timeline(5e9);
  const read = (time: number, response: Histogram, lag: Histogram, failed: number, bytes: number) =>
    timeline.read(time, {
      latencies: (name) => (name === 'response' ? response : name === 'generatorLag' ? lag : new Histogram()),
      failed: () => failed,
      bytes: () => bytes,
    });
  read(6e9, responses([100, 10]), responses([100, 1]), 2, 1000);
  read(7e9, responses([100, 10], [50, 1000]), responses([100, 1], [50, 2]), 2, 4000);
  read(7.5e9, responses([100, 10], [50, 1000]), responses([100, 1], [50, 2]), 7, 4000);
  expect(timeline.points).toEqual([
    { second: 1, requestsPerSecond: 100, bytesPerSecond: 1000, p50: 10, p99: 10, errors: 2, generatorLagP99: 1 },
    { second: 2, requestsPerSecond: 50, bytesPerSecond: 3000, p50: 1000, p99: 1000, errors: 0, generatorLagP99: 2 },
    { second: 2.5, requestsPerSecond: 0, bytesPerSecond: 0, p50: 0, p99: 0, errors: 5 },
  ]);
});

test('what came since an earlier copy is the difference', () => {
  const whole = responses([3, 5], [2, 70]);
  expect([...whole.since(responses([3, 5])).buckets()]).toEqual([...responses([2, 70]).buckets()]);
  expect(whole.since(whole).count).toBe(0);
  expect(whole.since(new Histogram()).mean).toBe(whole.mean);
});

test('every second measured is in the result', async () => {
  const url = await tcpServer((socket) => socket.pipe(socket));
  const { timeline, requests } = await measureTrial(url, '-c', '2', '-d', '1200ms', '-R', '500');
  expect(timeline).toHaveLength(2);
  const [first, last] = timeline ?? [];
  // Node's timers may fire a millisecond early.
  expect(first?.second).toBeGreaterThan(0.99);
  expect(last?.second).toBeGreaterThan(1.19);
  const seen = (first?.requestsPerSecond ?? 0) * (first?.second ?? 0);
  expect(seen).toBeGreaterThan(0);
  expect(seen).toBeLessThanOrEqual(requests.completed);
});
