import { isExpectedStatus } from '../../model/exchange-statuses.ts';
import { failedRequests, requestsDue } from '../../model/failed-requests.ts';
import { isOneWay } from '../../model/operating-point.ts';
import type { MeasuredTrial, Reason, TargetShare } from '../../model/trial.ts';
import { whole } from '../amounts.ts';

/** Returns why a trial's numbers are meaningless: replies had wrong bytes, or nothing completed. */
export function requestInvalidations({ requests, examples, throughput, workload }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = [];
  if (requests.corrupted > 0) {
    reasons.push({ code: 'corrupted', message: corruptedText(requests.corrupted, examples?.corruption) });
  }
  // A stream has no requests: its bytes show whether data was transferred.
  const passed = requests.completed + (isOneWay(workload) ? throughput.bytesPerSecond : 0);
  if (passed === 0) {
    const what = isOneWay(workload) ? 'no data was transferred' : 'no request completed';
    reasons.push({ code: 'nothing-completed', message: `${what} while measuring${nothingRemedy(requests)}` });
  }
  return reasons;
}

/** Returns what to do when nothing completed: more time does not help where the server refuses. */
function nothingRemedy({ errors, timedOut }: MeasuredTrial['requests']): string {
  if (errors === 0 || timedOut > 0) return ': measure longer, or lower the load';
  return `, and ${whole(errors)} failed: find out why first`;
}

function corruptedText(corrupted: number, first: NonNullable<MeasuredTrial['examples']>['corruption']): string {
  if (first === undefined) {
    return `${whole(corrupted)} replies differed from what was sent: the server changes data; fix it first`;
  }
  return (
    `${whole(corrupted)} replies were corrupted (the first: ${first.fault}, in '${first.example}'): ` +
    'fix the server, or what is expected of it, first'
  );
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
export function requestSuspicions(trial: MeasuredTrial): Reason[] {
  const { requests, targets = [] } = trial;
  const reasons: Reason[] = [...failedTargets(targets), ...neverSent(requests)];
  const byStatus = unexpectedStatuses(trial);
  const refused = requests.refusals ?? byStatus.reduce((sum, [, count]) => sum + count, 0);
  if (refused > 0) reasons.push(refusedReason(refused, byStatus, trial));
  const broken = requests.errors - refused;
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

/** Statuses of redirects: RFC 9110 §15.4, without 304, which is none. */
const REDIRECT = /^30[12378]$/;

type StatusCount = readonly [status: string, count: number];

/** Returns the numbers of replies with statuses that no request expects. */
function unexpectedStatuses({ statuses = {}, exchange }: MeasuredTrial): StatusCount[] {
  return Object.entries(statuses).filter(([status]) => !isExpectedStatus(exchange, Number(status)));
}

function refusedReason(
  refused: number,
  byStatus: readonly StatusCount[],
  { examples, exchange }: MeasuredTrial,
): Reason {
  if (byStatus.length === 0) {
    const first = examples?.refusal === undefined ? '' : ` (the first: ${examples.refusal.trim()})`;
    return {
      code: 'refusals',
      message: `${whole(refused)} requests were refused${first}, and count as errors: check the requests and the server`,
    };
  }
  const counted = byStatus.map(([status, count]) => `${whole(count)} with status ${status}`).join(', ');
  const remedy = byStatus.every(([status]) => REDIRECT.test(status))
    ? 'redirects are not followed, so request what they lead to, or add --expect-status'
    : 'check the path and the log of the server';
  const expected = exchange === null ? 'had no success status' : 'had no expected status';
  return {
    code: 'http-status',
    message: `${whole(refused)} replies ${expected} (${counted}), and count as errors: ${remedy}`,
  };
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
