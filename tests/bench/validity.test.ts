import { describe, expect, test } from 'vitest';
import type { MeasuredTrial, TargetShare } from '../../bench/model/trial.ts';
import { judgeTrial } from '../../bench/run/validity.ts';
import { latency } from '../reports/results.ts';
import { atRate, calm, chat, good, judged, requests, response, udp } from './good-trial.ts';

function share(target: string, sent: number, completed: number): TargetShare {
  const requests = { sent, completed, timedOut: 0, errors: sent - completed, corrupted: 0, dropped: 0 };
  return { target, share: 0.5, requests, latencyMicros: { response: latency(500, 2000) } };
}

/** Returns a target's share to which nothing could be sent. */
function refusedShare(target: string, dropped: number): TargetShare {
  return { ...share(target, 0, 0), requests: { ...share(target, 0, 0).requests, dropped } };
}

const kernel = (variation: Partial<typeof calm>) => ({ kernel: { ...calm, ...variation } });
const lagging = (p99: number) => ({ latencyMicros: { response, generatorLag: latency(1, p99) } });
const noDrops = { noConnection: 0, refused: 0, sendBuffer: 0, noPort: 0, unsent: 0 };

describe('a trial', () => {
  test.each<[string, Partial<MeasuredTrial>]>([
    ['without any fault', {}],
    ['of a version without kernel counters', { kernel: undefined }],
    ['of a kernel without counters', { kernel: null }],
    ['with a lag of a quarter of its response times', lagging(1000)],
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
    [
      'over a Unix-domain socket, whatever the counters of TCP report',
      { transport: 'unix', ...kernel({ listenOverflows: 7, retransmittedSegments: 6 }) },
    ],
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

  test('does not advise to measure longer when all requests failed', () => {
    const { reasons } = judgeTrial({ ...good, ...requests({ completed: 0, errors: 40 }) });
    expect(reasons[0]?.message).toBe('no request completed while measuring, and 40 failed: find out why first');
  });

  test.each([
    [{ 301: 40 }, 'redirects are not followed'],
    [{ 301: 39, 404: 1 }, 'check the path'],
    [{ 304: 40 }, 'check the path'],
  ])('explains the statuses %j', (statuses, remedy) => {
    const { reasons } = judgeTrial({ ...good, ...requests({ errors: 40 }), app: 'http', statuses });
    expect(reasons.find(({ code }) => code === 'http-status')?.message).toContain(remedy);
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
