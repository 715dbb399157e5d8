import type { ReplyExamples } from './ledger/bad-replies.ts';
import type { Fairness } from './ledger/load-state.ts';
import type { ProtocolNote } from './protocols/protocol.ts';
import type { TargetReport } from './targets/tally.ts';
import type { Counts, DeliveryCounts } from './threads/counts.ts';

/** Result of opening a thread's connections. */
export interface OpeningReport {
  /** From the first connect until the last first reply, or until opening was given up. */
  readonly seconds: number;
  readonly opened: number;
  readonly answered: number;
  /** The last errno that kept a connection from opening; 0 for none. */
  readonly lastErrno: number;
  /** The first bad replies of those connections. */
  readonly examples?: ReplyExamples | undefined;
}

/** What a thread measured. Its histograms are in the {@link LiveView}. */
export interface ThreadReport {
  readonly counts: Counts;
  /**
   * When the kernel had its first request; at a rate, when the thread was ready for its first arrival: in monotonic
   * nanoseconds.
   */
  readonly startedNanos: number;
  /** Requests completed, and bytes carried, before measuring ended: the drain does not count. */
  readonly completedInTime: number;
  readonly bytesInTime: number;
  readonly measuredSeconds: number;
  readonly cpuSeconds: number;
  /** Part of `cpuSeconds` spent looking for events before sleeping: the thread could have done more in it. */
  readonly spunSeconds: number;
  readonly fairness: Fairness;
  /** Number of connections that were in use. */
  readonly used: number;
  /** Requests in flight or waiting for a connection: mean over the time measured. */
  readonly meanInFlight: number;
  /** Sum over requests of the time each was in flight or waiting, until the last one ended: drain included. */
  readonly inFlightSeconds: number;
  /** Distances between requests in operational time; null in a closed loop. */
  readonly gaps: Float64Array | null;
  readonly jitterNanos: number | null;
  readonly droppedBySockets: number;
  readonly portsExhausted: number;
  /** One report for each target, in order, where there are several. */
  readonly targets?: readonly TargetReport[];
  /** Complete replies that refused their requests, and so count as errors; absent where replies cannot refuse. */
  readonly refusals?: number;
  readonly examples?: ReplyExamples;
  /** Replies by status code, for protocols with status. */
  readonly statuses?: Readonly<Record<string, number>>;
  /** What protocols have to report. */
  readonly notes?: readonly ProtocolNote[];
  /** Broadcast only. */
  readonly deliveries?: DeliveryCounts;
}
