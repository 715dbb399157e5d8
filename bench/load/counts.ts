/**
 * What one generator thread counts while it measures. Every request ends in exactly one way:
 * sent = completed + timedOut + errors + corrupted.
 */
export interface Counts {
  /** Requests outstanding when measuring began, and requests sent since. */
  sent: number;
  completed: number;
  timedOut: number;
  /** Ended by a reset, an early close or a failed connection. */
  errors: number;
  /** Answered with other bytes than expected. */
  corrupted: number;
  /** Arrivals for which there was no room in the queue: open loop. Not among those sent. */
  dropped: number;
  /** UDP: replies that came after one to a later request: RFC 4737's reordered packets. */
  reordered: number;
  /** UDP: replies that came after their time-out. */
  late: number;
  /** UDP: replies that came again. */
  duplicated: number;
  /** Bytes or datagrams that answer no request. */
  unsolicited: number;
  /** Bytes of the requests completed, or that went one way. */
  bytes: number;
}

export function noCounts(): Counts {
  return {
    sent: 0,
    completed: 0,
    timedOut: 0,
    errors: 0,
    corrupted: 0,
    dropped: 0,
    reordered: 0,
    late: 0,
    duplicated: 0,
    unsolicited: 0,
    bytes: 0,
  };
}

/** The sum of several threads' counts. */
export function sumCounts(all: readonly Counts[]): Counts {
  const sum = noCounts();
  for (const counts of all) {
    for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key];
  }
  return sum;
}
