import { isOneWay } from '../../model/operating-point.ts';
import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { whole } from '../amounts.ts';

/** What makes numbers mean nothing at all. */
export function requestInvalidations({ requests, throughput, workload }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (requests.corrupted > 0) {
    reasons.push({
      code: 'corrupted',
      message: `${whole(requests.corrupted)} replies differed from what was sent: the server changes data; mend it first`,
    });
  }
  // A stream has no requests: bytes tell whether anything went through.
  const passed = requests.completed + (isOneWay(workload) ? throughput.bytesPerSecond : 0);
  if (passed === 0) {
    reasons.push({
      code: 'nothing-completed',
      message: `${isOneWay(workload) ? 'nothing went through' : 'no request completed'} while measuring: measure longer, or lower the load`,
    });
  }
  return reasons;
}

/** Requests that failed, or were never sent. */
export function requestSuspicions({ requests }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (requests.dropped > 0) {
    reasons.push({
      code: 'dropped',
      message:
        `so many requests waited for a connection that ${whole(requests.dropped)} were never sent: lower --rate, or ` +
        'add --connections',
    });
  }
  if (requests.errors > 0) {
    reasons.push({
      code: 'errors',
      message:
        `${whole(requests.errors)} requests failed as their connections broke or could not be opened: look at the ` +
        'server, or open fewer --connections',
    });
  }
  return reasons;
}
