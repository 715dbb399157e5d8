import { isOneWay } from '../../model/operating-point.ts';
import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { percent, whole } from '../amounts.ts';

const ENLARGE = 'enlarge SO_RCVBUF and net.core.rmem_max, or lower the load';

/**
 * Returns the doubts about datagrams: lost, duplicated or reordered. UDP guarantees neither delivery nor order, nor
 * that a datagram arrives only once.
 */
export function datagramSuspicions(trial: MeasuredTrial): Reason[] {
  if (trial.transport !== 'udp') return [];
  const { requests, kernel, datagrams } = trial;
  const reasons = [...lost(trial)];
  // This counter covers the whole machine, so it counts only where the sockets' own counters are not readable.
  if (kernel && kernel.udpReceiveBufferErrors > 0 && typeof datagrams?.droppedByServer !== 'number') {
    reasons.push({
      code: 'receive-buffer',
      message: `full receive buffers dropped ${whole(kernel.udpReceiveBufferErrors)} datagrams: ${ENLARGE}`,
    });
  }
  if (requests.duplicated) {
    reasons.push({
      code: 'duplicated',
      message: `${whole(requests.duplicated)} replies arrived more than once: the server answers twice, or the network duplicates datagrams; check the server first`,
    });
  }
  if (requests.reordered) {
    reasons.push({
      code: 'reordered',
      message:
        `${whole(requests.reordered)} replies overtook earlier ones: clients of this server must not rely on their ` +
        'order; with --pipelining 1 there is no order to lose',
    });
  }
  return reasons;
}

function lost({ requests, datagrams, workload }: MeasuredTrial): Reason[] {
  // One-way datagrams are not answered, so only drops by the server's sockets are known.
  const unseen = isOneWay(workload) ? (datagrams?.droppedByServer ?? 0) : 0;
  const count = Math.max(requests.lost ?? requests.timedOut, unseen);
  if (count === 0) return [];
  const all = Math.max(requests.sent, count);
  return [
    {
      code: 'lost',
      message: `${whole(count)} of ${whole(all)} datagrams (${percent(count / all)}) were lost: ${whereLost(count, datagrams)}`,
    },
  ];
}

function whereLost(count: number, datagrams: MeasuredTrial['datagrams']): string {
  if (datagrams === undefined) return `socket buffers overflowed, or the server dropped them; ${ENLARGE}`;
  // Drops are counted for slightly longer than requests, so no part may exceed the whole.
  const byServer = Math.min(count, datagrams.droppedByServer ?? 0);
  const byGenerator = Math.min(count - byServer, datagrams.droppedByGenerator);
  const rest = count - byServer - byGenerator;
  const places = [
    ...(byServer > 0 ? [`${whole(byServer)} dropped by the server's socket: ${ENLARGE}`] : []),
    ...(byGenerator > 0
      ? [`${whole(byGenerator)} by the generator's own socket: add --threads, or lower the load`]
      : []),
    ...(rest > 0
      ? [
          `${whole(rest)} ${datagrams.droppedByServer === null ? UNSEEN : 'lost on the way, or dropped by the server itself'}`,
        ]
      : []),
  ];
  return places.join('; ');
}

const UNSEEN = 'lost on the way, or dropped by the server or its socket, which is not known here; lower the load';
