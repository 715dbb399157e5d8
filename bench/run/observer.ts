import type { Phase } from '../model/event.ts';
import type { Result } from '../model/result.ts';
import type { TimelinePoint } from '../model/trial.ts';
import type { TrialSpec } from './planner.ts';

/** Progress of a run at one moment. */
export interface Progress {
  readonly trial: TrialSpec;
  /** Trials done, and in total; null when the total is not known. */
  readonly done: number;
  readonly total: number | null;
  readonly phase: Phase;
  /** Requests a second over the last interval; null before the first interval. */
  readonly requestsPerSecond: number | null;
  /** 99th percentile of response time since measuring began; null before the first response. */
  readonly p99Micros: number | null;
  readonly errors: number;
  /** Estimated from the trials done so far; null before the first is done. */
  readonly remainingSeconds: number | null;
}

/** How a load went in the last second. Percentiles are those of the responses of that second. */
export interface Sample extends TimelinePoint {
  /** Requests in flight or waiting for a connection at its end. */
  readonly inFlight: number;
}

/** Watches a run. It is called on the run's own thread, so it must return quickly. */
export interface RunObserver {
  /** Called once, before the first trial, with results that have a plan and an environment. */
  started?(result: Result): void;
  /** Called a few times a second, and at each change of phase. */
  progress(progress: Progress): void;
  /** Called for each second that was measured, and for the rest at the end of a trial. */
  sampled?(sample: Sample): void;
  /**
   * Called after every trial, with all results so far, so that they can be saved. What is derived from all trials, such
   * as the comparison, is still missing.
   */
  saved(result: Result): void;
}
