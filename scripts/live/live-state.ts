import { CHECK_SCHEMA, type CheckResult } from '../../bench/model/check-result.ts';
import type { MeasurementEvent, Phase } from '../../bench/model/event.ts';
import type { Result } from '../../bench/model/result.ts';

type EventOf<Name extends MeasurementEvent['event']> = Extract<MeasurementEvent, { event: Name }>;

/** A second that was measured. */
export type TimedSample = EventOf<'sample'>;

/** A trial in progress. */
export interface RunningTrial extends EventOf<'trial-started'> {
  readonly phase: Phase;
}

/** What live views show: the result so far, and what happens now. */
export interface LiveState {
  /** Has no derived parts, such as comparisons. Null before the measurement started. */
  readonly result: Result | CheckResult | null;
  /** The trial in progress, or the last one. */
  readonly trial: RunningTrial | null;
  /** The latest seconds that were measured, of all trials. */
  readonly samples: readonly TimedSample[];
  /** What a check does now. */
  readonly step: string | null;
  /** The latest warnings and failures. */
  readonly notes: readonly string[];
  readonly ended: EventOf<'ended'> | null;
}

/** Returns the workload of all trials; undefined for a check, and before the start. */
export function workloadOf({ result }: LiveState): string | undefined {
  return result === null || result.schema === CHECK_SCHEMA ? undefined : result.plan.workload;
}

/** Most samples and notes that are kept. */
const MAX_SAMPLES = 600;
const MAX_NOTES = 5;

export const initialState: LiveState = {
  ...{ result: null, trial: null, samples: [], step: null, notes: [], ended: null },
};

/** Returns the state after an event. Pure. */
export function reduce(state: LiveState, event: MeasurementEvent): LiveState {
  switch (event.event) {
    case 'started':
      return { ...initialState, result: event.result, notes: event.result.warnings.map(({ message }) => message) };
    case 'trial-started':
      return { ...state, trial: { ...event, phase: 'starting' } };
    case 'phase':
      return { ...state, trial: state.trial && { ...state.trial, phase: event.phase } };
    case 'sample':
      return { ...state, samples: latest(state.samples, event, MAX_SAMPLES) };
    case 'step':
      return { ...state, step: event.doing };
    case 'warning':
      return noted(state, event.warning.message);
    case 'ended':
      return { ...(event.error === undefined ? state : noted(state, event.error)), ended: event };
    default:
      return withOutcome(state, event);
  }
}

type Outcome = Exclude<
  MeasurementEvent,
  EventOf<'started' | 'trial-started' | 'phase' | 'sample' | 'step' | 'warning' | 'ended'>
>;

/** Returns the state with what became known of the result. */
function withOutcome(state: LiveState, event: Outcome): LiveState {
  switch (event.event) {
    case 'trial-ended': {
      const { target, validity } = event.trial;
      const added = ofTrials(state, ({ trials }) => ({ trials: [...trials, event.trial] }));
      const [doubt] = validity.verdict === 'invalid' ? validity.reasons : [];
      return doubt === undefined ? added : noted(added, `${target}: ${doubt.message}`);
    }
    case 'trial-failed': {
      const { target, message } = event.failure;
      const added = ofTrials(state, ({ failures }) => ({ failures: [...failures, event.failure] }));
      return noted(added, `${target} failed: ${message}`);
    }
    case 'capacity':
      return ofTrials(state, () => ({ capacity: event.capacity }));
    case 'pace':
      return ofCheck(state, () => ({ pace: event.pace }));
    case 'sessions-discarded':
      return ofCheck(state, () => ({ sessions: [], looks: [] }));
    case 'session':
      return ofCheck(state, ({ sessions }) => ({ sessions: [...sessions, event.session] }));
    case 'look':
      return ofCheck(state, ({ looks }) => ({ looks: [...looks, event.look] }));
  }
}

function ofTrials(state: LiveState, change: (result: Result) => Partial<Result>): LiveState {
  const { result } = state;
  if (result === null || result.schema === CHECK_SCHEMA) return state;
  return { ...state, result: { ...result, ...change(result) } };
}

function ofCheck(state: LiveState, change: (result: CheckResult) => Partial<CheckResult>): LiveState {
  const { result } = state;
  return result?.schema === CHECK_SCHEMA ? { ...state, result: { ...result, ...change(result) } } : state;
}

function noted(state: LiveState, note: string): LiveState {
  return { ...state, notes: latest(state.notes, note, MAX_NOTES) };
}

function latest<T>(list: readonly T[], added: T, most: number): readonly T[] {
  return [...list.slice(1 - most), added];
}
