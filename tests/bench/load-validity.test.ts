import { describe, expect, test } from 'vitest';
import type { MeasuredTrial } from '../../bench/model/trial.ts';
import { judgeTrial } from '../../bench/run/validity.ts';
import { atRate, chat, good, judged, requests, response } from './good-trial.ts';

const responding = (mean: number) => ({ latencyMicros: { response: { ...response, mean } } });
/**
 * Returns slices of a tenth of a second whose completions are equal, except for `scatter`, and `growth` in the second
 * half.
 */
const slices = (count: number, growth: number, scatter = 2) => ({
  slices: Array.from({ length: count }, (_, i) => ({
    second: (i + 1) / 10,
    completed: 1000 + (i % 2 === 0 ? scatter : -scatter) + (i < count / 2 ? 0 : growth),
  })),
});
/** Returns response times with this p90, in microseconds, and a mean that Little's law does not check. */
const answering = (p90: number) => ({ latencyMicros: { response: { ...response, p90, mean: p90, p99: 2 * p90 } } });
const perSecond = (requestsPerSecond: number) => ({ requestsPerSecond, bytesPerSecond: 640_000 });
/** Returns 100 slices of a tenth of a second: nothing completed in the first `empty` ones, then `completed` in each. */
const filling = (empty: number, completed: number, last = completed) => ({
  slices: Array.from({ length: 100 }, (_, i) => ({
    second: (i + 1) / 10,
    completed: i < empty ? 0 : i < 99 ? completed : last,
  })),
});
/** Returns a trial that completed this many at a constant rate of 15 requests/s, of which 22.5 are due in its time. */
const few = (completed: number) => ({
  ...({ rate: 15, arrivals: 'constant', measuredSeconds: 1.5 } as const),
  throughput: { requestsPerSecond: completed / 1.5, bytesPerSecond: 0 },
});
const stages = [{ seconds: 1, target: 5 }];

/** Rates, arrivals, Little’s law and drift: bench/run/evidence/load.ts. */
describe('a trial', () => {
  test.each<[string, Partial<MeasuredTrial>]>([
    [
      'with responses from the second second on, and then at the rate',
      { ...atRate, ...answering(1_500_000), ...filling(15, 1000), throughput: perSecond(8500) },
    ],
    [
      'with such responses, and one request less at an end',
      { rate: 20, ...answering(1_500_000), ...filling(15, 2, 1), throughput: perSecond(16.9) },
    ],
    ['at 99 % of its rate', { rate: 10_100 }],
    ['with one request less, which was due at the end', few(22)],
    ['below its rate within the variation of Poisson arrivals', { ...atRate, rate: 10_229 }],
    ['with Poisson arrivals within chance', { ...atRate, arrivalCheck: { gaps: 100, distance: 0.19 } }],
    [
      'with many arrivals whose deviation is significant but small',
      { ...atRate, arrivalCheck: { gaps: 1e6, distance: 0.1 } },
    ],
    ['without an arrival sample', { ...atRate, arrivalCheck: { gaps: 0, distance: 0 } }],
    ['in a closed loop without an arrival check', { arrivalCheck: null }],
    ['5 % above Little’s law', responding(1679.9)],
    ['5 % below Little’s law', responding(1520.1)],
    ['beyond Little’s law in too short a time', { ...responding(3200), measuredSeconds: 0.063 }],
    ['beyond Little’s law with requests that timed out', { ...responding(3200), ...requests({ timedOut: 1 }) }],
    ['at a rate with the number in flight of Little’s law', { ...atRate, meanInFlight: 16.7 }],
    ['at a rate, working off a backlog of the warm-up', { ...atRate, rate: 9800, meanInFlight: 8 }],
    ['at a rate with very fast responses', { ...atRate, ...responding(999), meanInFlight: 1 }],
    ['at a rate without a count of requests in flight', atRate],
    ['of a chat, which has more deliveries than lines', { ...chat({}), ...responding(50) }],
    ['with stages of connections', { stages, meanInFlight: 16 }],
    [
      'with a one-way load without responses',
      { workload: 'upload', latencyMicros: { response: { ...response, count: 0, mean: 0 } } },
    ],
    ['that drifts by 2 %', slices(20, 20)],
    ['that drifts by more, within the scatter of its slices', slices(20, 50, 100)],
    ['that drifts in too few slices', slices(7, 500)],
    ['that drifts with its stages', { ...slices(20, 500), stages, meanInFlight: 16 }],
    ['that drifts at a rate', { ...slices(20, 500), ...atRate }],
    [
      'that steadily completes nothing',
      { slices: Array.from({ length: 20 }, (_, i) => ({ second: i + 1, completed: 0 })) },
    ],
  ])('is valid %s', (_, variation) => expect(judged(variation)).toEqual(['valid']));

  test.each<[string, Partial<MeasuredTrial>, string, string]>([
    [
      'below 99 % of its rate',
      { rate: 10_102 },
      'rate-missed',
      '10,000 of 10,102 requests/s offered were answered (99 %)',
    ],
    [
      'below its rate to the end, with response times of a growing queue',
      { rate: 10_000, ...answering(1_500_000), ...filling(0, 900), throughput: perSecond(9000) },
      'rate-missed',
      '9,000 of 10,000 requests/s offered were answered (90 %)',
    ],
    [
      'below its rate from the first response on',
      { rate: 10_000, ...answering(1_500_000), ...filling(15, 900), throughput: perSecond(7650) },
      'rate-missed',
      '9,000 of 10,000 requests/s offered were answered (90 %), so response times grow with the time measured: lower',
    ],
    [
      'over before a request was answered',
      { rate: 10_000, ...answering(10_000_000), ...filling(100, 0), throughput: perSecond(0) },
      'rate-missed',
      'a tenth of the responses took longer than the time measured: raise --duration',
    ],
    ['with more than one request less', few(21), 'rate-missed', '14 of 15 requests/s offered were answered (93.3 %)'],
    [
      'below its rate beyond the variation of Poisson arrivals',
      { ...atRate, rate: 10_231 },
      'rate-missed',
      '10,000 of 10,231 requests/s',
    ],
    [
      'with Poisson arrivals beyond chance',
      { ...atRate, arrivalCheck: { gaps: 100, distance: 0.2 } },
      'arrivals',
      'not sent as poisson arrivals: the distribution of their intervals is off by 0.2, and at most 0.192',
    ],
    [
      'with constant arrivals that deviate too often',
      { ...atRate, arrivals: 'constant', arrivalCheck: { gaps: 1e6, distance: 0.101 } },
      'arrivals',
      'not sent as constant',
    ],
    [
      'above Little’s law',
      responding(1681),
      'littles-law',
      'gives 16.8 requests in flight, but there were 16 (5.06 % off',
    ],
    ['below Little’s law', responding(1519), 'littles-law', 'gives 15.2 requests'],
    ['beyond Little’s law with pipelining', { pipelining: 2 }, 'littles-law', 'there were 32 (50 % off'],
    [
      'beyond Little’s law with connections that never opened',
      { opening: { ...good.opening, opened: 8 } },
      'littles-law',
      'there were 8 (',
    ],
    [
      'beyond Little’s law in a barely sufficient time',
      { ...responding(3200), measuredSeconds: 0.064 },
      'littles-law',
      'gives 32 requests',
    ],
    ['beyond Little’s law at a rate', { ...atRate, meanInFlight: 17 }, 'littles-law', 'there were 17 ('],
    ['beyond Little’s law in stages', { stages, meanInFlight: 17 }, 'littles-law', 'there were 17 ('],
    ['that drifts', slices(20, 21), 'drift', 'from 10,000/s in the first half'],
    ['that slows down', slices(20, -300), 'drift', 'to 7,000/s in the second (35.3 %)'],
    ['that drifts in eight slices', slices(8, 500), 'drift', '15,000/s'],
  ])('is suspect %s', (_, variation, code, words) => {
    expect(judged(variation)).toEqual(['suspect', code]);
    expect(judgeTrial({ ...good, ...variation }).reasons[0]?.message).toContain(words);
  });
});
