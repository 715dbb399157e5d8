import type { MeasuredTrial } from './trial.ts';

type Requests = Pick<MeasuredTrial['requests'], 'sent' | 'errors' | 'timedOut' | 'corrupted' | 'dropped'>;

/**
 * Returns the number of due requests that were not answered as they should be, including those that were never sent.
 */
export function failedRequests({ requests }: { readonly requests: Requests }): number {
  return requests.errors + requests.timedOut + requests.corrupted + requests.dropped;
}

/** Returns the number of requests that were due: sent, or dropped. */
export function requestsDue({ requests }: { readonly requests: Requests }): number {
  return requests.sent + requests.dropped;
}
