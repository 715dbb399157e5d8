import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { percent, whole } from '../amounts.ts';

/** Share of all CPU time that may be stolen from a machine before its numbers are doubtful. */
const MOST_STEAL = 0.05;
/** Retransmitted segments, of all requests: each costs some 200 ms, TCP's least timeout on Linux (TCP_RTO_MIN). */
const MOST_RETRANSMITTED = 0.001;
/** Bytes of a segment on Ethernet: a stream has no requests to count, but segments. */
const SEGMENT_BYTES = 1448;

/** What the machine did to the trial, as far as its kernel tells. */
export function machineSuspicions({
  kernel,
  transport,
  requests,
  throughput,
  measuredSeconds,
}: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (!kernel) return reasons;
  if (kernel.stealShare > MOST_STEAL) {
    reasons.push({
      code: 'steal',
      message: `the hypervisor gave ${percent(kernel.stealShare)} of the CPU time to others: measure again when it is calmer`,
    });
  }
  if (transport === 'udp') return reasons;
  if (kernel.listenOverflows > 0) {
    reasons.push({
      code: 'listen-overflow',
      message:
        `the server accepted too slowly, its backlog overflowed ${whole(kernel.listenOverflows)} times: raise its ` +
        'backlog and net.core.somaxconn',
    });
  }
  const segments = Math.max(requests.sent, (throughput.bytesPerSecond * measuredSeconds) / SEGMENT_BYTES);
  if (kernel.retransmittedSegments > MOST_RETRANSMITTED * segments) {
    reasons.push({
      code: 'retransmits',
      message:
        `this machine sent ${whole(kernel.retransmittedSegments)} segments again, as packets were lost or a backlog was ` +
        'full, and each time a request waited: look for loss on the way (nstat -az TcpRetransSegs), or lower the load',
    });
  }
  return reasons;
}
