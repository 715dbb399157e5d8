import { describe, expect, test } from 'vitest';
import type { Workload } from '../../bench/model/operating-point.ts';
import type { MeasuredTrial } from '../../bench/model/trial.ts';
import { judgeTrial } from '../../bench/run/validity.ts';
import { good, requests, udp } from './good-trial.ts';

describe('lost datagrams', () => {
  const reasonsOf = (lost: number, datagrams: MeasuredTrial['datagrams'], workload: Workload = 'request-response') => {
    const { reasons } = judgeTrial({ ...good, ...udp, ...requests({ lost, timedOut: lost }), datagrams, workload });
    return reasons.map(({ code, message }) => `${code}: ${message}`);
  };
  const ENLARGE = 'enlarge SO_RCVBUF and net.core.rmem_max, or lower the load';
  const seen = (droppedByServer: number | null, droppedByGenerator: number) => ({
    droppedByServer,
    droppedByGenerator,
  });

  test.each<[string, number, MeasuredTrial['datagrams'], string[]]>([
    ['have no reason when there are none', 0, seen(0, 0), []],
    [
      'are attributed to the sockets that dropped them',
      100,
      seen(60, 30),
      [
        `lost: 100 of 5,000 datagrams (2 %) were lost: 60 dropped by the server's socket: ${ENLARGE}; 30 by the ` +
          "generator's own socket: add --threads, or lower the load; 10 lost on the way, or dropped by the server " +
          'itself',
      ],
    ],
    [
      'are attributed to the server’s socket alone',
      5,
      seen(9, 0),
      [`lost: 5 of 5,000 datagrams (0.1 %) were lost: 5 dropped by the server's socket: ${ENLARGE}`],
    ],
    [
      'cannot be attributed when the server’s socket is not visible',
      5,
      seen(null, 0),
      [
        'lost: 5 of 5,000 datagrams (0.1 %) were lost: 5 lost on the way, or dropped by the server or its socket, ' +
          'which is not known here; lower the load',
      ],
    ],
    [
      'are not attributed when drops were not counted',
      5,
      undefined,
      [
        `lost: 5 of 5,000 datagrams (0.1 %) were lost: socket buffers overflowed, or the server dropped them; ${ENLARGE}`,
      ],
    ],
  ])('%s', (_, lost, datagrams, expected) => expect(reasonsOf(lost, datagrams)).toEqual(expected));

  test('of an upload are those that the server’s socket dropped', () => {
    expect(reasonsOf(0, seen(50, 0), 'upload')).toEqual([
      `lost: 50 of 5,000 datagrams (1 %) were lost: 50 dropped by the server's socket: ${ENLARGE}`,
    ]);
  });

  test('do not exist over TCP', () => {
    const variation = requests({ timedOut: 5 });
    expect(judgeTrial({ ...good, ...variation }).reasons).toEqual([]);
  });
});
