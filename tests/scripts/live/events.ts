import type { CheckResult } from '../../../bench/model/check-result.ts';
import { EVENTS_SCHEMA, type MeasurementEvent } from '../../../bench/model/event.ts';
import { operatingPoint } from '../../../bench/model/operating-point.ts';
import type { Result } from '../../../bench/model/result.ts';
import { initialState, type LiveState, reduce } from '../../../scripts/live/live-state.ts';
import { result, type TrialVariation, trial } from '../../reports/results.ts';

/** Returns the first event of a measurement. */
export function started(variation: Partial<Result> = {}): MeasurementEvent {
  return startedWith(result({ trials: [], verdict: { statements: [] }, finishedAt: null, ...variation }));
}

export function startedWith(empty: Result | CheckResult): MeasurementEvent {
  return { event: 'started', schema: EVENTS_SCHEMA, seconds: 0, result: empty };
}

/** Returns the events of a trial that begins at a time and lasts for two seconds. */
export function trialEvents(number: number, seconds: number, variation: TrialVariation = {}): MeasurementEvent[] {
  const ended = trial(variation);
  const { target, connections, round, throughput } = ended;
  const { requestsPerSecond, bytesPerSecond } = throughput;
  const { p50, p99 } = ended.latencyMicros.response;
  const point = operatingPoint({ connections });
  const rates = { requestsPerSecond, bytesPerSecond, p50, p99, errors: 0 };
  return [
    { event: 'trial-started', seconds, number, total: 4, target, round, point },
    { event: 'phase', seconds: seconds + 0.5, number, phase: 'measuring' },
    { event: 'sample', seconds: seconds + 1.5, number, sample: { second: 1, ...rates, inFlight: connections } },
    { event: 'trial-ended', seconds: seconds + 2, number, trial: ended },
  ];
}

/** Returns the state after events. */
export function stateAfter(...events: readonly MeasurementEvent[]): LiveState {
  return events.reduce(reduce, initialState);
}
