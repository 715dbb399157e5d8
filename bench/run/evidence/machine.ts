import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { percent, whole } from '../amounts.ts';

/** Largest share of all CPU time that a hypervisor may steal before the numbers are doubtful. */
const MAX_STEAL = 0.05;
/**
 * Largest number of retransmitted segments for each request. Each costs about 200 ms, the minimum of TCP's
 * retransmission time-out on Linux (TCP_RTO_MIN).
 */
const MAX_RETRANSMITTED = 0.001;
/**
 * Payload of a full segment on Ethernet, in bytes. It gives the number of segments of a stream, which has no requests.
 */
const SEGMENT_BYTES = 1448;

/** Returns reasons to suspect the machine, from the kernel's counters. */
export function machineSuspicions({
  kernel,
  transport,
  requests,
  throughput,
  measuredSeconds,
}: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (!kernel) return reasons;
  if (kernel.stealShare > MAX_STEAL) {
    reasons.push({
      code: 'steal',
      message: `the hypervisor gave ${percent(kernel.stealShare)} of the CPU time to other machines: measure again when they are less busy`,
    });
  }
  // The counters that follow are those of TCP.
  if (transport === 'udp' || transport === 'unix') return reasons;
  if (kernel.listenOverflows > 0) {
    reasons.push({
      code: 'listen-overflow',
      message:
        `the server accepted connections too slowly, and its backlog overflowed ${whole(kernel.listenOverflows)} ` +
        'times: raise its backlog and net.core.somaxconn',
    });
  }
  const segments = Math.max(requests.sent, (throughput.bytesPerSecond * measuredSeconds) / SEGMENT_BYTES);
  if (kernel.retransmittedSegments > MAX_RETRANSMITTED * segments) {
    reasons.push({
      code: 'retransmits',
      message:
        `this machine retransmitted ${whole(kernel.retransmittedSegments)} segments, because packets were lost or a ` +
        'backlog was full, and each delayed a request: look for packet loss (nstat -az TcpRetransSegs), or lower the ' +
        'load',
    });
  }
  return reasons;
}
