import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { percent, whole } from '../amounts.ts';

/** Returns why a chat's results are invalid: clients received lines that no client sent. */
export function broadcastInvalidations({ broadcast }: MeasuredTrial): Reason[] {
  if (broadcast === undefined || broadcast.corrupted === 0) return [];
  return [
    {
      code: 'broadcast-corrupted',
      message: `${whole(broadcast.corrupted)} lines were received that no client had sent: the server changes or mixes lines; fix it first`,
    },
  ];
}

/** Returns the doubts about a chat's deliveries: lines that were lost, duplicated or reordered. */
export function broadcastSuspicions({ broadcast }: MeasuredTrial): Reason[] {
  if (broadcast === undefined) return [];
  const { expected, lost, duplicated, reordered, late } = broadcast;
  const reasons: Reason[] = [];
  if (lost > 0) {
    const came = late > 0 ? `; ${whole(late)} arrived later` : '';
    reasons.push({
      code: 'broadcast-lost',
      message:
        `${whole(lost)} of ${whole(expected)} deliveries (${percent(lost / expected)}) were not made in time${came}: ` +
        'the server loses lines, drops clients or is overloaded; lower the load to find out which',
    });
  }
  if (duplicated > 0) {
    reasons.push({
      code: 'broadcast-duplicated',
      message: `${whole(duplicated)} lines were delivered to a client again, or back to their sender: fix the server`,
    });
  }
  if (reordered > 0) {
    reasons.push({
      code: 'broadcast-reordered',
      message: `${whole(reordered)} lines were received after a later one of the same sender: fix the server`,
    });
  }
  return reasons;
}
