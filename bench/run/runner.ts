import type { RunConfiguration } from '../model/configuration.ts';
import type { Result } from '../model/result.ts';
import type { RunObserver } from './observer.ts';

/**
 * Runs every trial of a configuration, one after the other, and returns all results. A target that fails is noted in
 * `result.failures`; the other trials still run.
 * @param signal aborts: the server is stopped, and what was measured so far is returned with `interrupted: true`.
 * @throws {ConfigurationError} before anything starts, with every fault found.
 */
export async function run(
  _configuration: RunConfiguration,
  _observer: RunObserver,
  _signal: AbortSignal,
): Promise<Result> {
  throw new Error('not yet');
}
