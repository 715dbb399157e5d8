import type { Result } from '../model/result.ts';
import type { TrialSpec } from './planner.ts';

/** Phase of a trial. */
export type Phase = 'starting' | 'opening' | 'warming up' | 'measuring' | 'draining' | 'stopping' | 'second opinion';

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

/** Watches a run. It is called on the run's own thread, so it must return quickly. */
export interface RunObserver {
  /** Called a few times a second, and at each change of phase. */
  progress(progress: Progress): void;
  /**
   * Called after every trial, with all results so far, so that they can be saved. What is derived from all trials, such
   * as the comparison, is still missing.
   */
  saved(result: Result): void;
}
