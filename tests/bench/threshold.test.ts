import { describe, expect, test } from 'vitest';
import { judgeThreshold, parseThreshold } from '../../bench/model/threshold.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { type TrialVariation, trial } from '../reports/results.ts';

const plain = trial({});
/** The summary of an empty histogram. */
const none = { p50: 0, p90: 0, p95: 0, p99: 0, p999: 0, max: 0, mean: 0, count: 0, hdr: '' };
const latency = { ...plain.latencyMicros.response, p99: 4000 };
const measured = trial({
  latencyMicros: { response: latency, service: { ...latency, p99: 900 } },
  requests: { ...plain.requests, sent: 999, completed: 990, timedOut: 4, errors: 3, corrupted: 2, dropped: 1 },
  throughput: { requestsPerSecond: 20_000, bytesPerSecond: 1_280_000 },
});

describe('a threshold', () => {
  test.each<[string, boolean]>([
    ['p99<5ms', true],
    ['p99<4ms', false],
    ['p99<=4ms', true],
    ['response.p99 < 4.1ms', true],
    ['service.p99<1ms', true],
    ['service.p99>1ms', false],
    ['errors==10', true],
    ['errors==0', false],
    ['errors!=0', true],
    ['errorRate<=1%', true],
    ['errorRate<0.01', false],
    ['corrupted<3', true],
    ['rate>=20k', true],
    ['rate<2e5', true],
    ['rate>20000', false],
    ['bytes>1MB/s', true],
  ])('%s: %s', (text, kept) => {
    expect(judgeThreshold(parseThreshold(text), measured)).toMatchObject({ text, kept });
  });

  test('fails on a value that was not measured', () => {
    const unwatched = trial({ server: null });
    expect(judgeThreshold(parseThreshold('cpu<1s'), unwatched)).toMatchObject({ observed: null, kept: false });
    expect(judgeThreshold(parseThreshold('connect.p50<1s'), unwatched).kept).toBe(false);
    expect(judgeThreshold(parseThreshold('lost==0'), trial({})).kept).toBe(false);
    const ramp = trial({ fairness: { jain: null } });
    for (const text of ['fairness>0', 'fairness<1']) {
      expect(judgeThreshold(parseThreshold(text), ramp)).toMatchObject({ observed: null, kept: false });
    }
  });

  test.each<[string, string, TrialVariation]>([
    ['response times without requests', 'p99<5ms', { latencyMicros: { response: none } }],
    ['service times without requests', 'service.max<1s', { latencyMicros: { response: none, service: none } }],
    ['an error rate without requests', 'errorRate<1%', { requests: { sent: 0, completed: 0 } }],
    [
      'fairness without throughput',
      'fairness>0.5',
      { throughput: { requestsPerSecond: 0, bytesPerSecond: 0 }, fairness: { jain: 1 } },
    ],
  ])('fails on %s', (_, text, variation) => {
    expect(judgeThreshold(parseThreshold(text), trial(variation))).toMatchObject({ observed: null, kept: false });
  });

  // How many of 1,000 due requests were never sent: how long they would have taken is not known.
  test.each<[number, string, boolean]>([
    [1, 'p99<5ms', true],
    [10, 'p99<5ms', true],
    [11, 'p99<5ms', false],
    [11, 'p99>1us', false],
    [11, 'response.p99<5ms', false],
    [11, 'p95<5ms', true],
    [500, 'p50<5ms', true],
    [501, 'p50<5ms', false],
    [1, 'max<1h', false],
    [1, 'mean<1h', false],
    [0, 'max<1h', true],
    [999, 'service.p99<5ms', true],
    [100, 'errorRate<=10%', true],
    [100, 'errorRate<10%', false],
    [999, 'errorRate<100%', true],
  ])('with %i of 1,000 requests dropped, %s: %s', (dropped, text, kept) => {
    const sent = 1000 - dropped;
    const requests = { ...plain.requests, sent, completed: sent, timedOut: 0, errors: 0, corrupted: 0, dropped };
    const { service, response } = { response: latency, service: { ...latency, p99: 900 } };
    const outcome = judgeThreshold(parseThreshold(text), trial({ latencyMicros: { response, service }, requests }));
    expect(outcome.kept).toBe(kept);
  });

  test.each(['lost==0', 'timedOut==0', 'errors==0', 'errorRate<1%'])(
    '%s fails on one-way datagrams whose arrival was not observed',
    (text) => {
      const upload = (droppedByServer: number | null): Trial => ({
        ...trial({ transport: 'udp', requests: { lost: 0 } }),
        workload: 'upload',
        datagrams: { droppedByGenerator: 0, droppedByServer },
      });
      expect(judgeThreshold(parseThreshold(text), upload(0)).kept).toBe(true);
      expect(judgeThreshold(parseThreshold(text), upload(null))).toMatchObject({ observed: null, kept: false });
    },
  );

  test('bounds the lag of the generator under both its names', () => {
    const lagging = trial({ latencyMicros: { response: latency, generatorLag: { ...latency, p99: 300 } } });
    for (const name of ['generator.lag.p99', 'generatorLag.p99']) {
      const outcome = judgeThreshold(parseThreshold(`${name}<500us`), lagging);
      expect(outcome).toMatchObject({ text: `${name}<500us`, observed: 300, kept: true });
      expect(judgeThreshold(parseThreshold(`${name}<300us`), lagging).kept).toBe(false);
      expect(judgeThreshold(parseThreshold(`${name}<1s`), measured)).toMatchObject({ observed: null, kept: false });
    }
  });

  test('on opening fails when it was given up', () => {
    expect(judgeThreshold(parseThreshold('open<1s'), trial({ opening: { seconds: 0.5 } })).kept).toBe(true);
    expect(judgeThreshold(parseThreshold('open<1s'), trial({ opening: { answered: 15 } })).observed).toBe(null);
  });

  test('reports the observed value in its unit', () => {
    expect(judgeThreshold(parseThreshold('errorRate<5%'), measured)).toMatchObject({ unit: 'share', observed: 0.01 });
    expect(judgeThreshold(parseThreshold('p99<5ms'), measured)).toMatchObject({ unit: 'micros', observed: 4000 });
  });

  test.each([
    ['p98<5ms', "'p98' is not a metric; did you mean 'p90'?"],
    ['generator.leg.p99<5ms', "did you mean 'generator.lag.p99'?"],
    [
      'colour<5ms',
      "'colour' is not a metric; metrics are p50, p90, p95, p99, p999, max, mean of response times (p99), ",
    ],
    ['p99', "'p99' is not a threshold, such as p99<5ms"],
    ['p99<5', "'5' has no unit: write 5us, 5ms or 5s"],
    ['p99=<5ms', 'is not a threshold'],
    ['errors==none', "'none' is not a number"],
    ['memory<5ms', "'5ms' is not a size"],
    ['__proto__<1', 'is not a metric'],
    ['', 'is not a threshold'],
  ])('refuses %s', (text, message) => {
    expect(() => parseThreshold(text)).toThrow(message);
  });
});
