import type { TimelineSource } from '../measure/timeline.ts';
import type { LoadReport } from './load-report.ts';
import type { OpeningReport } from './thread-report.ts';
import type { Schedule } from './threads/control.ts';

/**
 * Interval between readings of live counts, in nanoseconds: looks, numbered from the end of the warm-up. It is short enough
 * to distinguish drift from noise in a load of one second.
 */
export const LOOK_NANOS = 100e6;

/** The clients of one trial: threads of this process (generator.ts), or agents on other machines (bench/fleet). */
export interface LoadGenerator extends TimelineSource {
  readonly threads: number;
  /** How long before a load begins {@link go} has to be called, in nanoseconds. */
  readonly aheadNanos: number;
  /** Rejects when the load cannot go on, with a cause that the methods may not report. Never resolves. */
  readonly broken: Promise<never>;
  /** Resolves when every connection was opened and answered, or opening was given up. Rejects when a part fails. */
  opened(): Promise<OpeningReport>;
  /**
   * Reports that a look at the server found it idle. After some in a row without an answer, the generator stops waiting
   * for connections that were not answered yet, if any was answered: the rest are opened without waiting.
   */
  foundIdle(): void;
  /** Starts the load. Call it after {@link opened}, and again only after {@link finished}. */
  go(schedule: Schedule): void;
  /**
   * Resolves when the counts of a time are known: those of the methods are from then on of that time, or later.
   * @param look number of the look at that time, as in {@link LOOK_NANOS}. Call it in their order.
   * @returns when they were counted, in monotonic nanoseconds.
   */
  settled(look: number): Promise<number>;
  /** Resolves when everything is measured and drained after {@link go}. Rejects when a part fails. */
  finished(): Promise<LoadReport>;
  /** Returns the requests that are in flight or wait for a connection. May be called at any time. */
  inFlight(): number;
  /**
   * Returns when the last part ended its measuring, in monotonic nanoseconds; undefined while one still measures. A limit
   * on requests may end it early.
   */
  doneNanos(): number | undefined;
  /** Ends the load, in any phase, and resolves when it has ended. */
  stop(): Promise<void>;
}
