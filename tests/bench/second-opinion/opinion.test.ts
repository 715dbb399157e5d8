import type autocannon from 'autocannon';
import { describe, expect, test } from 'vitest';
import type { HttpRequest } from '../../../bench/load/protocols/http/request.ts';
import { Histogram } from '../../../bench/measure/histogram.ts';
import { secondOpinionSchema } from '../../../bench/model/second-opinion.ts';
import { opinionOf } from '../../../bench/run/second-opinion/opinion.ts';

const PAGE: HttpRequest = { path: '/' };

/** Two seconds in which 500 requests were answered with 200. */
const twoSeconds: autocannon.Result = {
  errors: 0,
  timeouts: 0,
  statusCodeStats: { 200: { count: 500 } },
  start: new Date('2026-11-29T12:00:00.000Z'),
  finish: new Date('2026-11-29T12:00:02.000Z'),
};

function opinion(variation: Partial<autocannon.Result> = {}, request = PAGE, cpuMicros = 4000) {
  const responses = new Histogram();
  responses.record(250_000);
  return opinionOf({ version: '9.0.0', request, result: { ...twoSeconds, ...variation }, responses, cpuMicros });
}

describe('a run of autocannon', () => {
  test('is stored with its rate, response times in microseconds, and CPU time', () => {
    const stored = opinion();
    expect(secondOpinionSchema.parse(stored)).toEqual(stored);
    expect(stored).toMatchObject({
      ...{ engine: 'autocannon', version: '9.0.0', measuredSeconds: 2, statuses: { 200: 500 } },
      requests: { completed: 500, timedOut: 0, errors: 0 },
      throughput: { requestsPerSecond: 250 },
      latencyMicros: { response: { count: 1, p50: 250, p99: 250, max: 250 } },
      generator: { cpuSeconds: 0.004, cpuMicrosPerRequest: 8, utilization: 0.002, saturated: false },
    });
  });

  test('that used its CPU for more than 90 % of the time was at its limit', () => {
    expect(opinion({}, PAGE, 1_800_000).generator.saturated).toBe(false);
    expect(opinion({}, PAGE, 1_800_001).generator.saturated).toBe(true);
  });

  test.each<[string, Partial<autocannon.Result>, HttpRequest, { completed: number; timedOut: number; errors: number }]>(
    [
      [
        'timeouts are not counted as errors, too',
        { errors: 7, timeouts: 4 },
        PAGE,
        { completed: 500, timedOut: 4, errors: 3 },
      ],
      [
        'replies with a status other than 2xx are errors',
        { statusCodeStats: { 200: { count: 1 }, 204: { count: 2 }, 302: { count: 4 }, 503: { count: 8 } } },
        PAGE,
        { completed: 3, timedOut: 0, errors: 12 },
      ],
      [
        'replies with an expected status are not',
        { statusCodeStats: { 200: { count: 1 }, 404: { count: 2 } }, errors: 4 },
        { path: '/', expectStatus: [404] },
        { completed: 2, timedOut: 0, errors: 5 },
      ],
      ['nothing was answered', { statusCodeStats: {}, errors: 9 }, PAGE, { completed: 0, timedOut: 0, errors: 9 }],
    ],
  )('%s', (_, variation, request, requests) => {
    const stored = opinion(variation, request);
    expect(stored.requests).toEqual(requests);
    expect(stored.throughput.requestsPerSecond).toBe(requests.completed / 2);
    expect(stored.generator.cpuMicrosPerRequest).toBe(requests.completed === 0 ? null : 4000 / requests.completed);
  });

  test('that ended in the millisecond in which it began has no rate', () => {
    const { throughput, generator } = opinion({ finish: twoSeconds.start });
    expect([throughput.requestsPerSecond, generator.utilization]).toEqual([0, 0]);
  });
});
