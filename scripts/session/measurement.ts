import type { CheckObserver } from '../../bench/check/check.ts';
import type { RunObserver } from '../../bench/run/observer.ts';
import type { Saved } from '../../reports/files/saved.ts';

/** Observes any measurement: of trials, and of the sessions of a check. */
export interface MeasurementObserver<R extends Saved>
  extends Pick<RunObserver, 'progress' | 'sampled'>,
    Pick<CheckObserver, 'doing'> {
  /** Receives a result that has a plan and an environment, before anything is measured. */
  started?(result: R): void;
  /** Receives the results so far, to be saved, after each change. */
  saved(result: R): void;
}

/** A measurement that a session runs. */
export interface Measurement<R extends Saved> {
  /** Seed of its random choices, which is printed. */
  readonly seed: number;
  /** Measures. When the signal aborts, returns what was measured so far with `interrupted: true`. */
  run(observer: MeasurementObserver<R>, signal: AbortSignal): Promise<R>;
  /** Stores the final results elsewhere, too. Called before reports are written, as these may fail. */
  keep?(result: R): Promise<void>;
}
