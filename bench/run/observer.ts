import type { Result } from '../model/result.ts';
import type { TrialSpec } from './planner.ts';

/** What a trial is doing. */
export type Phase = 'starting' | 'opening' | 'warming up' | 'measuring' | 'draining' | 'stopping';

/** Where a run is, at one moment. */
export interface Progress {
  readonly trial: TrialSpec;
  /** Trials done, and in all; null when nobody knows. */
  readonly done: number;
  readonly total: number | null;
  readonly phase: Phase;
  /** Requests a second over the last interval; null before there are any. */
  readonly requestsPerSecond: number | null;
  /** 99th percentile of response time since measuring began; null before there is one. */
  readonly p99Micros: number | null;
  readonly errors: number;
  /** Estimated from the trials done so far; null before the first. */
  readonly remainingSeconds: number | null;
}

/** Watches a run. Called from the run's own thread: be quick. */
export interface RunObserver {
  /** A few times a second, and at each change of phase. */
  progress(progress: Progress): void;
  /** After every trial, with what was measured so far: the moment to save what is new. What follows from all is missing. */
  saved(result: Result): void;
}
