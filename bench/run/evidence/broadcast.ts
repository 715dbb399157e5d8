import type { MeasuredTrial, Reason } from '../../model/trial.ts';
import { percent, whole } from '../amounts.ts';

/** Returns why a chat's results are invalid: clients received lines that no client sent. */
export function broadcastInvalidations({ broadcast }: MeasuredTrial): Reason[] {
  if (broadcast === undefined || broadcast.corrupted === 0) return [];
  return [
    {
      code: 'broadcast-corrupted',
      message: `${whole(broadcast.corrupted)} lines were heard that nobody had said: the server changes or mixes lines; mend it first`,
    },
  ];
}

/** Returns the doubts about a chat's deliveries: lines that were lost, duplicated or reordered. */
export function broadcastSuspicions({ broadcast }: MeasuredTrial): Reason[] {
  if (broadcast === undefined) return [];
  const { expected, lost, duplicated, reordered, late } = broadcast;
  const reasons: Reason[] = [];
  if (lost > 0) {
    const came = late > 0 ? `; ${whole(late)} came after all, too late` : '';
    reasons.push({
      code: 'broadcast-lost',
      message:
        `${whole(lost)} of ${whole(expected)} deliveries (${percent(lost / expected)}) did not happen in time${came}: the server ` +
        'loses lines, drops clients or is overloaded; lower the load to tell which',
    });
  }
  if (duplicated > 0) {
    reasons.push({
      code: 'broadcast-duplicated',
      message: `${whole(duplicated)} lines came to somebody again, or back to who had said them: mend the server`,
    });
  }
  if (reordered > 0) {
    reasons.push({
      code: 'broadcast-reordered',
      message: `${whole(reordered)} lines were heard after a later one of the same speaker: mend the server`,
    });
  }
  return reasons;
}
