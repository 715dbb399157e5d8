import type { MeasuredTrial } from './trial.ts';

/** Requests of a trial that were not answered as they should. */
export function failedRequests({ requests }: Pick<MeasuredTrial, 'requests'>): number {
  return requests.errors + requests.timedOut + requests.corrupted + requests.dropped;
}
