import { failedRequests, requestsDue } from '../../model/failed-requests.ts';
import { isOneWay } from '../../model/operating-point.ts';
import type { MeasuredTrial, Reason, TargetShare } from '../../model/trial.ts';
import { whole } from '../amounts.ts';

/** Returns why a trial's numbers are meaningless: replies had wrong bytes, or nothing completed. */
export function requestInvalidations({ requests, throughput, workload }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (requests.corrupted > 0) {
    reasons.push({
      code: 'corrupted',
      message: `${whole(requests.corrupted)} replies differed from what was sent: the server changes data; fix it first`,
    });
  }
  // A stream has no requests: its bytes show whether data was transferred.
  const passed = requests.completed + (isOneWay(workload) ? throughput.bytesPerSecond : 0);
  if (passed === 0) {
    reasons.push({
      code: 'nothing-completed',
      message: `${isOneWay(workload) ? 'no data was transferred' : 'no request completed'} while measuring: measure longer, or lower the load`,
    });
  }
  return reasons;
}

/**
 * Returns a reason for each cause for which due requests were never sent. They have no response times, so the response
 * times of the others do not represent them. The note `ports-exhausted` covers `noPort`.
 */
function neverSent({ dropped, drops }: MeasuredTrial['requests']): Reason[] {
  const causes = drops ?? { noConnection: dropped, refused: 0, sendBuffer: 0, unsent: 0 };
  const causesCounted = [
    {
      code: 'dropped',
      count: causes.noConnection,
      message:
        'requests found no free connection and were never sent, so the response times do not include ' +
        'them: lower --rate, or add --connections',
    },
    {
      code: 'refused',
      count: causes.refused,
      message:
        'requests were never sent, because the target refused connections, or closed them without serving any: ' +
        'check the server, or open fewer --connections',
    },
    {
      code: 'send-buffer',
      count: causes.sendBuffer,
      message:
        "datagrams were never sent, because the send buffers of the generator's own sockets or network device were " +
        'full: lower --rate, add --connections (each has a buffer), or enlarge net.core.wmem_default',
    },
    {
      code: 'unsent',
      count: causes.unsent,
      message:
        'requests were never sent, because their connections closed or stalled first, or because the kernel of the ' +
        'generator refused them: check the server and, over UDP, --size',
    },
  ];
  return causesCounted.flatMap(({ code, count, message }) =>
    count > 0 ? [{ code, message: `${whole(count)} ${message}` }] : [],
  );
}

/** Returns reasons to suspect a trial in which requests failed or were never sent. */
export function requestSuspicions({ requests, statuses = {}, targets = [] }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [...failedTargets(targets), ...neverSent(requests)];
  const refused = Object.entries(statuses).filter(([status]) => !status.startsWith('2'));
  const refusals = refused.reduce((sum, [, count]) => sum + count, 0);
  if (refusals > 0) {
    reasons.push({
      code: 'http-status',
      message:
        `${whole(refusals)} replies had no success status ` +
        `(${refused.map(([status, count]) => `${whole(count)} with status ${status}`).join(', ')}), and count as ` +
        'errors: check the path and the log of the server',
    });
  }
  const broken = requests.errors - refusals;
  if (broken > 0) {
    reasons.push({
      code: 'errors',
      message:
        `${whole(broken)} requests failed because their connections broke or could not be opened: check the ` +
        'server, or open fewer --connections',
    });
  }
  return reasons;
}

/** Returns reasons for those of several targets that failed while the load continued, and for those that were idle. */
function failedTargets(targets: readonly TargetShare[]): Reason[] {
  const failures = targets.flatMap((share) => {
    const failed = failedRequests(share);
    const few = share.requests.completed > 0;
    return failed === 0 ? [] : [`${share.target} ${few ? whole(failed) : 'all'} of its ${whole(requestsDue(share))}`];
  });
  const idle = targets.filter((share) => requestsDue(share) === 0).map(({ target }) => target);
  return [
    ...(failures.length > 0 ? [{ code: 'target-failed', message: failureText(failures) }] : []),
    ...(idle.length > 0 ? [{ code: 'target-idle', message: idleText(idle) }] : []),
  ];
}

function failureText(failures: readonly string[]): string {
  return (
    `requests to some targets failed, and the load continued (${failures.join(', ')}): fix those servers, or leave ` +
    'them out'
  );
}

function idleText(idle: readonly string[]): string {
  return `nothing was sent to ${idle.join(' and ')}: add --connections, or measure longer`;
}
