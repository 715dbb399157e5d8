import { describe, expect, test } from 'vitest';
import type { MeasuredTrial, TargetShare } from '../../bench/model/trial.ts';
import { judgeTrial } from '../../bench/run/validity.ts';
import { latency } from '../reports/results.ts';
import { calm, good, requests, response, udp } from './good-trial.ts';

function share(target: string, sent: number, completed: number): TargetShare {
  const requests = { sent, completed, timedOut: 0, errors: sent - completed, corrupted: 0, dropped: 0 };
  return { target, share: 0.5, requests, latencyMicros: { response: latency(500, 2000) } };
}

/** Returns a target's share to which nothing could be sent. */
function refusedShare(target: string, dropped: number): TargetShare {
  return { ...share(target, 0, 0), requests: { ...share(target, 0, 0).requests, dropped } };
}

const kernel = (variation: Partial<typeof calm>) => ({ kernel: { ...calm, ...variation } });
const responding = (mean: number) => ({ latencyMicros: { response: { ...response, mean } } });
const lagging = (p99: number) => ({ latencyMicros: { response, generatorLag: latency(1, p99) } });
const atRate = { rate: 10_000, arrivals: 'poisson' } as const;
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
/** Returns a chat in which all connections received all lines, with variations. */
const chat = (variation: Partial<NonNullable<MeasuredTrial['broadcast']>>) => ({
  workload: 'broadcast' as const,
  broadcast: {
    ...{ expected: 1000, delivered: 1000, lost: 0, duplicated: 0, reordered: 0, late: 0, corrupted: 0 },
    ...{ reach: 1, deliveriesPerSecond: 100 },
    ...variation,
  },
});

const noDrops = { noConnection: 0, refused: 0, sendBuffer: 0, noPort: 0, unsent: 0 };

describe('a trial', () => {
  const judged = (variation: Partial<MeasuredTrial>) => {
    const { verdict, reasons } = judgeTrial({ ...good, ...variation });
    return [verdict, ...reasons.map(({ code }) => code)];
  };

  test.each<[string, Partial<MeasuredTrial>]>([
    ['without any fault', {}],
    [
      'with responses from the second second on, and then at the rate',
      { ...atRate, ...answering(1_500_000), ...filling(15, 1000), throughput: perSecond(8500) },
    ],
    [
      'with such responses, and one request less at an end',
      { rate: 20, ...answering(1_500_000), ...filling(15, 2, 1), throughput: perSecond(16.9) },
    ],
    ['of a version without kernel counters', { kernel: undefined }],
    ['of a kernel without counters', { kernel: null }],
    ['at 99 % of its rate', { rate: 10_100 }],
    ['with one request less, which was due at the end', few(22)],
    ['below its rate within the variation of Poisson arrivals', { ...atRate, rate: 10_229 }],
    ['with a lag of a quarter of its response times', lagging(1000)],
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
    ['with 5 % steal', kernel({ stealShare: 0.05 })],
    ['with one retransmitted segment per thousand requests', kernel({ retransmittedSegments: 5 })],
    [
      'with more retransmitted segments in a stream of many',
      {
        ...kernel({ retransmittedSegments: 5 }),
        ...requests({ sent: 0 }),
        throughput: { requestsPerSecond: 10_000, bytesPerSecond: 1_448_000 },
      },
    ],
    ['over UDP with retransmitted TCP segments', { ...udp, ...kernel({ retransmittedSegments: 5000 }) }],
    ['over TCP with UDP receive buffer errors', kernel({ udpReceiveBufferErrors: 1 })],
    [
      'over UDP with receive buffer errors of other sockets',
      { ...udp, ...kernel({ udpReceiveBufferErrors: 1 }), datagrams: { droppedByGenerator: 0, droppedByServer: 0 } },
    ],
    ['with a one-way load of bytes without requests', { workload: 'download', ...requests({ sent: 0, completed: 0 }) }],
  ])('is valid %s', (_, variation) => expect(judged(variation)).toEqual(['valid']));

  test.each<[string, Partial<MeasuredTrial>, string, string]>([
    [
      'with the generator at its limit',
      { generator: { ...good.generator, utilization: 0.98, saturated: true } },
      'generator-saturated',
      'used 98 % of its CPU, so',
    ],
    [
      'with a lag of more than a quarter of its response times',
      lagging(1001),
      'generator-lag',
      "late by 1 ms at the 99th percentile, more than a quarter of the response times' 4 ms",
    ],
    [
      'with an upper bound of the lag beyond a quarter',
      { ...lagging(1001), timestamps: 'user' },
      'generator-lag',
      "late by up to 1 ms at the 99th percentile, more than a quarter of the response times' 4 ms: lower the load",
    ],
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
      'with targets that failed',
      { targets: [share('a', 5000, 4990), share('b', 70, 0), share('c', 7, 7)] },
      'target-failed',
      'the load continued (a 10 of its 5,000, b all of its 70): fix',
    ],
    [
      'with a target that refused all of its arrivals',
      { targets: [share('a', 5000, 5000), refusedShare('b', 70)] },
      'target-failed',
      'b all of its 70): fix',
    ],
    [
      'with a target that received nothing',
      { targets: [share('a', 5, 5), share('b', 0, 0)] },
      'target-idle',
      'sent to b: add',
    ],
    ['with dropped arrivals', requests({ dropped: 1234 }), 'dropped', '1,234 requests found no free connection'],
    [
      'with arrivals that the target refused',
      requests({ dropped: 7, drops: { ...noDrops, refused: 7 } }),
      'refused',
      '7 requests were never sent, because the target refused',
    ],
    [
      'with datagrams that the generator could not send',
      requests({ dropped: 7, drops: { ...noDrops, sendBuffer: 7 } }),
      'send-buffer',
      "7 datagrams were never sent, because the send buffers of the generator's own sockets",
    ],
    [
      'with requests that were unsent when their connections ended',
      requests({ dropped: 7, drops: { ...noDrops, unsent: 7 } }),
      'unsent',
      '7 requests were never sent, because their connections closed',
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
    ['with errors', requests({ errors: 3 }), 'errors', '3 requests failed'],
    ['with more than 5 % steal', kernel({ stealShare: 0.0512 }), 'steal', 'gave 5.12 % of the CPU time'],
    ['with an overflowed listen backlog', kernel({ listenOverflows: 7 }), 'listen-overflow', 'overflowed 7 times'],
    [
      'with more retransmitted segments',
      kernel({ retransmittedSegments: 6 }),
      'retransmits',
      'machine retransmitted 6 segments',
    ],
    [
      'over UDP with receive buffer errors',
      { ...udp, ...kernel({ udpReceiveBufferErrors: 9 }) },
      'receive-buffer',
      'dropped 9 datagrams',
    ],
    [
      'over UDP with receive buffer errors and an invisible server',
      { ...udp, ...kernel({ udpReceiveBufferErrors: 9 }), datagrams: { droppedByGenerator: 0, droppedByServer: null } },
      'receive-buffer',
      'dropped 9 datagrams',
    ],
    [
      'with duplicate replies',
      { ...udp, ...requests({ duplicated: 2 }) },
      'duplicated',
      '2 replies arrived more than once',
    ],
    ['with reordered replies', { ...udp, ...requests({ reordered: 2 }) }, 'reordered', '2 replies overtook'],
    ['of a chat that lost lines', chat({ lost: 12 }), 'broadcast-lost', '12 of 1,000 deliveries (1.2 %) were not'],
    ['of a chat with late lines', chat({ lost: 12, late: 3 }), 'broadcast-lost', '; 3 arrived later'],
    [
      'of a chat with duplicate lines',
      chat({ duplicated: 5 }),
      'broadcast-duplicated',
      '5 lines were delivered to a client again',
    ],
    ['of a chat with reordered lines', chat({ reordered: 7 }), 'broadcast-reordered', '7 lines were received after'],
    [
      'of a chat with its only generator thread at its limit',
      { ...chat({}), generator: { ...good.generator, utilization: 0.98, saturated: true } },
      'generator-saturated',
      'be able to do more: lower the load',
    ],
    [
      'with a note of the generator',
      { notes: [{ code: 'ports', message: 'ports ran out: wait' }] },
      'ports',
      'ports ran out: wait',
    ],
  ])('is suspect %s', (_, variation, code, words) => {
    expect(judged(variation)).toEqual(['suspect', code]);
    expect(judgeTrial({ ...good, ...variation }).reasons[0]?.message).toContain(words);
  });

  test.each<[string, Partial<MeasuredTrial>, string, string]>([
    ['with corrupted replies', requests({ corrupted: 12 }), 'corrupted', '12 replies differed'],
    [
      'of a chat with corrupt lines',
      chat({ corrupted: 4 }),
      'broadcast-corrupted',
      '4 lines were received that no client',
    ],
    ['that completed no request', requests({ completed: 0 }), 'nothing-completed', 'no request completed'],
    [
      'with a one-way load that transferred nothing',
      {
        workload: 'upload',
        ...requests({ completed: 0 }),
        throughput: { requestsPerSecond: 10_000, bytesPerSecond: 0 },
      },
      'nothing-completed',
      'no data was transferred',
    ],
  ])('is invalid %s', (_, variation, code, words) => {
    expect(judged(variation)).toEqual(['invalid', code]);
    expect(judgeTrial({ ...good, ...variation }).reasons[0]?.message).toContain(words);
  });

  test('gives advice in every reason', () => {
    const { reasons } = judgeTrial({
      ...good,
      ...lagging(4000),
      ...kernel({ stealShare: 1, listenOverflows: 1, retransmittedSegments: 5000 }),
      ...requests({ dropped: 1, errors: 1, corrupted: 1 }),
      ...atRate,
      rate: 1e9,
      arrivalCheck: { gaps: 1000, distance: 1 },
      generator: { ...good.generator, saturated: true },
    });
    expect(reasons).toHaveLength(10);
    for (const { message } of reasons) expect(message).toMatch(/[:;] \w/);
  });
});
