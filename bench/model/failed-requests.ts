import type { MeasuredTrial } from './trial.ts';

type Requests = Pick<MeasuredTrial['requests'], 'sent' | 'errors' | 'timedOut' | 'corrupted' | 'dropped'>;

/** Requests that were due and not answered as they should be, those that were never sent included. */
export function failedRequests({ requests }: { readonly requests: Requests }): number {
  return requests.errors + requests.timedOut + requests.corrupted + requests.dropped;
}

/** Requests that were due: sent, or dropped. */
export function requestsDue({ requests }: { readonly requests: Requests }): number {
  return requests.sent + requests.dropped;
}
