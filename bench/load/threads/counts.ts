/**
 * Reasons why a request that was due was never handed to the kernel.
 * - `noConnection`: it waited for a free connection for the whole request time-out, or the queue of waiting requests
 *   was full.
 * - `refused`: its target refuses connections.
 * - `sendBuffer`: UDP: the send buffer of the generator's own socket, or its network device's queue, was full.
 * - `noPort`: no local port was left to connect from.
 * - `unsent`: its connection ended before any byte of it was taken, or the kernel refused it for another reason.
 */
export const dropCauses = ['noConnection', 'refused', 'sendBuffer', 'noPort', 'unsent'] as const;
export type DropCause = (typeof dropCauses)[number];

/**
 * Counts of one generator thread while it measures. A request is sent when it is handed to the kernel, or when a
 * connection for it alone is opened. A sent request ends in exactly one way: sent = completed + timedOut + errors +
 * corrupted. A request that was due and was not handed over is dropped: it is not sent, and has no response time.
 */
export interface Counts extends Record<DropCause, number> {
  /** Requests outstanding when measuring began, plus requests sent since. */
  sent: number;
  completed: number;
  timedOut: number;
  /** Ended by a reset or an early close, or their own connection failed. */
  errors: number;
  /** Answered with bytes that differ from those expected. */
  corrupted: number;
  /** Due and never sent, for any cause. Not included in `sent`. */
  dropped: number;
  /** UDP: replies that came after the reply to a later request: RFC 4737's reordered packets. */
  reordered: number;
  /** Replies that came after their time-out. */
  late: number;
  /** UDP: replies that came again. */
  duplicated: number;
  /** Bytes or datagrams that answer no request. */
  unsolicited: number;
  /** Bytes of completed requests, or bytes that went one way. */
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
    noConnection: 0,
    refused: 0,
    sendBuffer: 0,
    noPort: 0,
    unsent: 0,
    reordered: 0,
    late: 0,
    duplicated: 0,
    unsolicited: 0,
    bytes: 0,
  };
}

/** Returns the sum of several threads' counts. */
export function sumCounts(all: readonly Counts[]): Counts {
  const sum = noCounts();
  for (const counts of all) {
    for (const key of Object.keys(sum) as (keyof Counts)[]) sum[key] += counts[key];
  }
  return sum;
}

/** Outcome of the lines of a chat, counted for each receiver. */
export interface DeliveryCounts {
  /**
   * Deliveries expected: for each line, one to every connection that was in the room at the time, except its speaker.
   */
  expected: number;
  /** Received in time, once each. */
  delivered: number;
  /** Received again, or received by its own speaker. */
  duplicated: number;
  /** Received after a later line of the same speaker. */
  reordered: number;
  /** Received after it had been given up. */
  late: number;
  /** Lines that no connection sent. */
  corrupted: number;
}

export function noDeliveries(): DeliveryCounts {
  return { expected: 0, delivered: 0, duplicated: 0, reordered: 0, late: 0, corrupted: 0 };
}
