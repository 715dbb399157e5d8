import type { Counts } from './counts.ts';
import type { Fairness } from './load-state.ts';
import type { DeliveryCounts } from './said-lines.ts';
import type { TargetReport } from './target-tally.ts';

/**
 * One thread of load, through opening, warm-up, measuring and drain. Its methods are called in this order: once each,
 * but `run` as often as there are windows.
 */
export interface Engine {
  /**
   * Opens the connections that the load begins with, and waits until each was answered once. When no further one is
   * answered for `openTimeoutMs`, or it is told to give up and some were answered, the rest are opened without waiting, and it returns.
   */
  open(): OpeningReport | Promise<OpeningReport>;
  /** Waits for the word to go, then loads, measures and drains. */
  run(): ThreadReport | Promise<ThreadReport>;
  /**
   * Keeps the connections until the generator is stopped, so that what the server holds for them can still be
   * measured, then closes them.
   */
  close(): void | Promise<void>;
}

/** How the opening of a thread's connections went. */
export interface OpeningReport {
  /** From the first connect until the last first reply, or until it was given up. */
  readonly seconds: number;
  readonly opened: number;
  readonly answered: number;
  /** The last errno that kept a connection from opening; 0 for none. */
  readonly lastErrno: number;
}

/** What a thread measured. Its histograms are in the {@link LiveView}. */
export interface ThreadReport {
  readonly counts: Counts;
  /** Requests completed, and bytes carried, before measuring ended: without those of the drain. */
  readonly completedInTime: number;
  readonly bytesInTime: number;
  readonly measuredSeconds: number;
  readonly cpuSeconds: number;
  /** Of that, time spent looking for events before going to sleep: the thread could have done more in it. */
  readonly spunSeconds: number;
  readonly fairness: Fairness;
  /** Connections that were in use. */
  readonly used: number;
  /** Requests in flight, or waiting for a connection: mean over the time measured. */
  readonly meanInFlight: number;
  /** Requests in flight, or waiting, times the time they were, until the last one ended: drain included. */
  readonly inFlightSeconds: number;
  /** Distances between requests in operational time; null in a closed loop. */
  readonly gaps: Float64Array | null;
  readonly jitterNanos: number | null;
  readonly droppedBySockets: number;
  readonly portsExhausted: number;
  /** Of each target, in order, where there are several. */
  readonly targets?: readonly TargetReport[];
  /** HTTP only: replies by status code. */
  readonly statuses?: Readonly<Record<string, number>>;
  /** Of a broadcast only. */
  readonly deliveries?: DeliveryCounts;
}
