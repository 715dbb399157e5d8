import type { CheckObserver } from '../../bench/check/check.ts';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { ConfigurationError } from '../../bench/model/errors.ts';
import { isOneWay } from '../../bench/model/operating-point.ts';
import type { Result } from '../../bench/model/result.ts';
import type { RunObserver } from '../../bench/run/observer.ts';
import type { Saved } from '../../reports/files/saved.ts';
import { whyNotWithoutReplies } from '../../reports/renderers/formats.ts';
import { formatFaults, type Output } from '../flags/output.ts';

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
  /** Removes what was prepared for it. Called when it has ended, however it ended. Never rejects. */
  dispose?(): Promise<void>;
}

/** A measurement whose flags have been checked. Nothing has started yet, and nothing was written. */
export interface PlannedMeasurement<R extends Saved> {
  /** Where its results go. */
  readonly output: Output;
  /**
   * Prepares what the measurement needs, such as a build of its servers.
   * @param signal cancels that.
   * @param note receives what is worth reporting meanwhile.
   */
  prepare(signal: AbortSignal, note: (line: string) => void): Promise<Measurement<R>>;
}

/**
 * Plans the trials of a configuration.
 * @throws {ConfigurationError} for reports in formats that have nothing of such a load.
 */
export function planTrials(configuration: RunConfiguration, output: Output): PlannedMeasurement<Result> {
  const faults = isOneWay(configuration.workload) ? formatFaults(output, whyNotWithoutReplies) : [];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return { output, prepare: async () => trialsOf(configuration) };
}

/** Returns the measurement of a configuration: its trials. */
export function trialsOf(configuration: RunConfiguration): Measurement<Result> {
  return {
    seed: configuration.seed,
    async run(observer, signal) {
      const { run } = await import('../../bench/run/runner.ts');
      return run(configuration, observer, signal);
    },
  };
}
