import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../bench/measure/histogram.ts';
import { Slices } from '../../bench/measure/slices.ts';
import { Timeline } from '../../bench/measure/timeline.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { counted, measureTargets, measureTrial, onlyTrial, tcpServer } from './measured.ts';

/** Returns a histogram of `count` response times of `micros` microseconds, for each group. */
function responses(...groups: readonly (readonly [count: number, micros: number])[]): Histogram {
  const histogram = new Histogram();
  for (const [count, micros] of groups) for (let i = 0; i < count; i++) histogram.record(micros * 1000);
  return histogram;
}

test('a timeline computes each interval from cumulative counts', () => {
  const timeline = new Timeline(5e9, 1000);
  const read = (time: number, count: number, response: Histogram, lag: Histogram, failed: number, bytes: number) =>
    timeline.read(time, {
      completed: () => count,
      latencies: (name) => (name === 'response' ? response : name === 'generatorLag' ? lag : new Histogram()),
      failed: () => failed,
      bytes: () => bytes,
    });
  read(6e9, 1098, responses([100, 10]), responses([100, 1]), 2, 1000);
  read(7e9, 1148, responses([100, 10], [50, 1000]), responses([100, 1], [50, 2]), 2, 4000);
  read(7.5e9, 1148, responses([100, 10], [50, 1000]), responses([100, 1], [50, 2]), 7, 4000);
  expect(timeline.points).toEqual([
    { second: 1, requestsPerSecond: 98, bytesPerSecond: 1000, p50: 10, p99: 10, errors: 2, generatorLagP99: 1 },
    { second: 2, requestsPerSecond: 50, bytesPerSecond: 3000, p50: 1000, p99: 1000, errors: 0, generatorLagP99: 2 },
    { second: 2.5, requestsPerSecond: 0, bytesPerSecond: 0, p50: 0, p99: 0, errors: 5 },
  ]);
});

test('a histogram since an earlier copy is the difference', () => {
  const whole = responses([3, 5], [2, 70]);
  expect([...whole.since(responses([3, 5])).buckets()]).toEqual([...responses([2, 70]).buckets()]);
  expect(whole.since(whole).count).toBe(0);
  expect(whole.since(new Histogram()).mean).toBe(whole.mean);
});

test('every measured second is in the result', async () => {
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

/** Returns the number of requests in a timeline. */
function requestsIn({ timeline = [] }: Trial): number {
  return timeline.reduce((sum, { requestsPerSecond, second }, i) => {
    return sum + requestsPerSecond * (second - (timeline[i - 1]?.second ?? 0));
  }, 0);
}

test('a line of a chat counts once, regardless of the number of receivers', async () => {
  const trial = onlyTrial(await measureTargets('--model', 'event-driven', '--app', 'chat', '-c', '5', ...counted(100)));
  expect(requestsIn(trial)).toBeGreaterThan(0);
  expect(requestsIn(trial)).toBeLessThan(trial.requests.completed + 1);
});

test('timed-out requests do not count as answered', async () => {
  let seen = 0;
  const url = await tcpServer((socket) => {
    socket.on('data', (request: Buffer) => {
      // Requests of the opening.
      if (++seen <= 2) socket.write(request);
    });
  });
  const trial = await measureTrial(url, '-c', '2', '--timeout', '50ms');
  expect(trial.requests).toMatchObject({ completed: 0 });
  expect(trial.requests.timedOut).toBeGreaterThan(0);
  expect(trial.timeline?.map(({ requestsPerSecond }) => requestsPerSecond)).toEqual([0]);
});

test('a timeline with a number of requests ends with the last of them', async () => {
  const url = await tcpServer((socket) => socket.pipe(socket));
  const trial = await measureTrial(url, '-c', '2', '-n', '10', '-R', '50', '-d', '1h');
  const end = trial.timeline?.at(-1)?.second ?? 0;
  expect(requestsIn(trial)).toBeCloseTo(10);
  // The load takes 0.2 s, or longer on a machine that stalls, but does not wait for the next look's whole second.
  expect(end - trial.measuredSeconds).toBeLessThan(5);
  expect(Number.isInteger(end)).toBe(false);
  expect(end).toBeGreaterThanOrEqual(trial.measuredSeconds);
  expect(trial.slices?.at(-1)?.second).toBe(end);
  expect(trial.slices?.reduce((sum, { completed }) => sum + completed, 0)).toBe(10);
});

describe('slices', () => {
  const LOOK = 0.1;
  /** Returns the slices of a load that completes one request more in each look than in the one before. */
  const slicesOf = (looks: number, lastLook = LOOK) => {
    const slices = new Slices(5e9, 7);
    for (let look = 1; look <= looks; look++) {
      const time = 5e9 + ((look - 1) * LOOK + (look === looks ? lastLook : LOOK)) * 1e9;
      slices.read(time, 7 + (look * (look + 1)) / 2, look === looks);
    }
    return slices.slices;
  };

  test('are one for each look', () => {
    const slices = slicesOf(600);
    expect(slices.map(({ completed }) => completed)).toEqual(Array.from({ length: 600 }, (_, i) => i + 1));
    expect(slices.map(({ second }) => Math.round(second * 1000))).toEqual(
      Array.from({ length: 600 }, (_, i) => (i + 1) * 100),
    );
  });

  test('are longer when there would be too many, without loss', () => {
    fc.assert(
      fc.property(fc.integer({ min: 601, max: 40_000 }), (looks) => {
        const slices = slicesOf(looks);
        expect(slices.length).toBeLessThanOrEqual(600);
        expect(slices.length).toBeGreaterThanOrEqual(300);
        expect(slices.reduce((sum, { completed }) => sum + completed, 0)).toBe((looks * (looks + 1)) / 2);
        expect(slices.at(-1)?.second).toBeCloseTo(looks * LOOK);
        const lengths = slices.map(({ second }, i) => Math.round((second - (slices[i - 1]?.second ?? 0)) * 1000));
        expect(new Set(lengths.slice(0, -1)).size).toBe(1);
      }),
      { numRuns: 20 },
    );
  });

  test('do not end with one too short to have a rate', () => {
    expect(slicesOf(4, 0.06).map(({ completed }) => completed)).toEqual([1, 2, 3, 4]);
    expect(slicesOf(4, 0.04).map(({ completed }) => completed)).toEqual([1, 2, 7]);
    expect(slicesOf(4, 0.04).at(-1)?.second).toBeCloseTo(0.34);
    expect(slicesOf(1, 0.01)).toEqual([{ second: 0.01, completed: 1 }]);
  });
});
