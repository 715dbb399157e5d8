import { isOneWay } from '../../model/operating-point.ts';
import type { MeasuredTrial, Reason, TargetShare } from '../../model/trial.ts';
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
export function requestSuspicions({ requests, statuses = {}, targets = [] }: MeasuredTrial): Reason[] {
  const reasons: Reason[] = failedTargets(targets);
  if (requests.dropped > 0) {
    reasons.push({
      code: 'dropped',
      message:
        `so many requests waited for a connection that ${whole(requests.dropped)} were never sent: lower --rate, or ` +
        'add --connections',
    });
  }
  const refused = Object.entries(statuses).filter(([status]) => !status.startsWith('2'));
  const refusals = refused.reduce((sum, [, count]) => sum + count, 0);
  if (refusals > 0) {
    reasons.push({
      code: 'http-status',
      message:
        `${whole(refusals)} replies were not what was asked for (${refused.map(([status, count]) => `${whole(count)} with status ${status}`).join(', ')}), ` +
        'and count as errors: look at the path, and at what the server logs',
    });
  }
  const broken = requests.errors - refusals;
  if (broken > 0) {
    reasons.push({
      code: 'errors',
      message:
        `${whole(broken)} requests failed as their connections broke or could not be opened: look at the ` +
        'server, or open fewer --connections',
    });
  }
  return reasons;
}

/** Of several targets, those that failed while the others went on, and those that got nothing to do. */
function failedTargets(targets: readonly TargetShare[]): Reason[] {
  const failures = targets.flatMap(({ target, requests }) => {
    const { sent, completed, timedOut, errors, corrupted } = requests;
    const failed = timedOut + errors + corrupted;
    return failed === 0 ? [] : [`${target} ${completed === 0 ? 'all' : whole(failed)} of its ${whole(sent)}`];
  });
  const idle = targets.filter(({ requests }) => requests.sent === 0).map(({ target }) => target);
  return [
    ...(failures.length > 0 ? [{ code: 'target-failed', message: failureText(failures) }] : []),
    ...(idle.length > 0 ? [{ code: 'target-idle', message: idleText(idle) }] : []),
  ];
}

function failureText(failures: readonly string[]): string {
  return (
    `requests to some targets failed, and the load went on (${failures.join(', ')}): mend those servers, or leave ` +
    'them out'
  );
}

function idleText(idle: readonly string[]): string {
  return `nothing was sent to ${idle.join(' and ')}: add --connections, or measure longer`;
}
