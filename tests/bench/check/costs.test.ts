import { describe, expect, test } from 'vitest';
import { costsOf } from '../../../bench/check/costs.ts';
import { readingOf, type WindowReading } from '../../../bench/check/window-reading.ts';
import { Histogram } from '../../../bench/measure/histogram.ts';

/** Returns a window of 1,000 responses of `micros` microseconds each, of which `late.count` took `late.micros`. */
function window(micros: number, late: { count: number; micros: number } = { count: 0, micros: 0 }): WindowReading {
  const response = new Histogram();
  for (let i = 0; i < 1000; i++) response.record(1000 * (i < late.count ? late.micros : micros));
  return reading(response, 1000, micros);
}

/** @param micros time for each request, of which one is in flight. */
function reading(response: Histogram, sent: number, micros: number): WindowReading {
  const latencies = { response, scheduleLag: new Histogram() };
  const load = {
    counts: { sent, completed: sent },
    latencies,
    utilization: 0.5,
    inFlightSeconds: (sent * micros) / 1e6,
  };
  return { ...readingOf(load, 1), cpuNanosPerRequest: 1000 * micros };
}

/** A window in which the generator did not run. */
const empty = reading(new Histogram(), 0, 1);
const of = <T>(count: number, each: T): T[] => Array<T>(count).fill(each);

test('a window is kept as a few numbers: percentiles exactly as in its histograms, and no histogram', () => {
  const [response, scheduleLag] = [new Histogram(), new Histogram()];
  for (let i = 1; i <= 5000; i++) response.record(1000 * i * i);
  for (let i = 1; i <= 300; i++) scheduleLag.record(77 * i);
  const latencies = { response, scheduleLag };
  const load = { counts: { sent: 5001, completed: 5000 }, latencies, utilization: 0.25, inFlightSeconds: 2 };
  expect(readingOf(load, 8)).toStrictEqual({
    ...{ sent: 5001, responses: 5000, utilization: 0.25, requestsPerSecond: 20_000 },
    responseNanos: { p50: response.quantile(0.5), p99: response.quantile(0.99) },
    scheduleLagNanos: { p50: scheduleLag.quantile(0.5), p99: scheduleLag.quantile(0.99) },
    startLagNanos: 0,
  });
});

describe('the result of windows', () => {
  test('for throughput and CPU time is the mean of the logarithms', () => {
    const { throughput, cpu } = costsOf([...of(3, window(100)), window(1600)]);
    expect(throughput).toBeCloseTo(Math.log(200 / 1e6), 10);
    expect(cpu).toBeCloseTo(Math.log(200_000), 10);
  });

  test('for p50 ignores occasional stalls, and for p99 includes them', () => {
    const calm = costsOf([], of(40, window(100)));
    const stalled = costsOf([], [...of(32, window(100)), ...of(8, window(100, { count: 900, micros: 10_000 }))]);
    expect(stalled.p50).toBe(calm.p50);
    expect(stalled.p99 - calm.p99).toBeCloseTo(0.2 * Math.log(100), 2);
  });

  test('for p50 includes a change in most windows', () => {
    const slower = costsOf([], [...of(10, window(100)), ...of(30, window(110))]);
    expect(slower.p50 - costsOf([], of(40, window(100))).p50).toBeCloseTo(Math.log(1.1), 2);
  });

  test('ignores windows in which no request was sent', () => {
    expect(costsOf([], [...of(20, window(100)), empty])).toEqual(costsOf([], of(20, window(100))));
  });

  test('is NaN with too few response times', () => {
    expect(costsOf([], of(9, window(100)))).toMatchObject({
      p50: expect.closeTo(Math.log(100_000), 2),
      p99: Number.NaN,
    });
    expect(costsOf([], [])).toMatchObject({ p50: Number.NaN, p99: Number.NaN });
  });
});
