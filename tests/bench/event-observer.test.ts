import { expect, test } from 'vitest';
import { eventSchema, type MeasurementEvent } from '../../bench/model/event.ts';
import { operatingPoint } from '../../bench/model/operating-point.ts';
import { EventObserver } from '../../bench/run/event-observer.ts';
import type { Progress } from '../../bench/run/observer.ts';
import type { TrialSpec } from '../../bench/run/planner.ts';
import { checkResult, checkSessions } from '../reports/checks.ts';
import { failure, result, trial } from '../reports/results.ts';

/** Returns an observer whose clock advances by a second with each event, and its events. */
function observing(): { observer: EventObserver; events: MeasurementEvent[]; names: () => string[] } {
  const events: MeasurementEvent[] = [];
  let now = 5000;
  const observer = new EventObserver(
    (event) => events.push(eventSchema.parse(event)),
    () => {
      now += 1000;
      return now - 1000;
    },
  );
  return { observer, events, names: () => events.map(({ event }) => event) };
}

const spec: TrialSpec = { target: { kind: 'model', model: 'async' }, ...operatingPoint({ connections: 16 }), round: 1 };

function progress(trial: TrialSpec, phase: Progress['phase']): Progress {
  const numbers = { requestsPerSecond: null, p99Micros: null, errors: 0, remainingSeconds: null };
  return { trial, done: 0, total: 2, phase, ...numbers };
}

const sample = { second: 1, requestsPerSecond: 1000, p50: 1, p99: 2, errors: 0, inFlight: 16 };
const empty = result({ trials: [], warnings: [] });

test('a run has one event for each change, numbered by trial, with the seconds since it began', () => {
  const { observer, events, names } = observing();
  observer.started(empty);
  observer.progress(progress(spec, 'starting'));
  observer.progress(progress(spec, 'starting'));
  observer.progress(progress(spec, 'measuring'));
  observer.sampled(sample);
  const [first, second] = [trial(), trial({ round: 2 })];
  observer.saved({ ...empty, trials: [first] });
  observer.progress(progress({ ...spec }, 'starting'));
  observer.saved({ ...empty, trials: [first], failures: [failure()] });
  const late = { code: 'late', message: 'late' };
  const final = { ...empty, trials: [first, second], failures: [failure()], warnings: [late] };
  observer.ended(final, { exitCode: 4, file: 'results.json' });
  expect(names()).toEqual([
    ...['started', 'trial-started', 'phase', 'phase', 'sample', 'trial-ended'],
    ...['trial-started', 'phase', 'trial-failed', 'trial-ended', 'trial-failed', 'warning', 'ended'],
  ]);
  expect(events[0]).toMatchObject({ schema: 'sockbench/events/1', result: { trials: [] } });
  expect(events[1]).toMatchObject({ number: 1, total: 2, target: 'async', point: { connections: 16 } });
  expect(events[4]).toMatchObject({ number: 1, sample });
  expect(events[6]).toMatchObject({ number: 2 });
  expect(events.at(-1)).toMatchObject({ exitCode: 4, interrupted: false, file: 'results.json' });
  expect(events.map(({ seconds }) => seconds)).toEqual(events.map((_, i) => i + 1));
});

test('a search reports what is known of targets, once for each change', () => {
  const { observer, names } = observing();
  const found = {
    ...({ target: 'async', transport: 'tcp', connections: 16, work: null, cacheHit: 0, outcome: 'unknown' } as const),
    ...{ confirmed: null, refuted: null, limit: null, steps: [], profile: [], notes: [] },
  };
  observer.started(empty);
  observer.saved({ ...empty, capacity: [found] });
  observer.saved({ ...empty, capacity: [found] });
  observer.saved({ ...empty, capacity: [{ ...found, confirmed: 1000 }] });
  expect(names()).toEqual(['started', 'capacity', 'capacity']);
});

test('a check reports steps, sessions and looks, and sessions that no longer count', () => {
  const { observer, names, events } = observing();
  const whole = checkResult();
  const nothing = { ...whole, pace: null, sessions: [], looks: [] };
  observer.started(nothing);
  observer.doing('pilot');
  observer.saved({ ...nothing, pace: whole.pace });
  const before = checkSessions(2);
  observer.saved({ ...nothing, pace: whole.pace, sessions: before });
  observer.saved({ ...nothing, pace: whole.pace });
  observer.saved({ ...nothing, pace: whole.pace, sessions: whole.sessions.slice(0, 1) });
  observer.ended(whole, { exitCode: 0, file: 'results.json' });
  expect(names()).toEqual([
    ...['started', 'step', 'pace', 'session', 'session', 'sessions-discarded', 'session'],
    ...whole.sessions.slice(1).map(() => 'session'),
    ...['look', 'ended'],
  ]);
  expect(events.at(-1)).toMatchObject({ statements: [whole.verdict.statement] });
});

test('a measurement that fails ends with the reason, and one that did not start has no events', () => {
  const { observer, events } = observing();
  observer.ended(undefined, { exitCode: 2, file: null, error: 'no' });
  expect(events).toEqual([]);
  observer.started(empty);
  observer.ended(undefined, { exitCode: 4, file: null, error: 'A: refused' });
  expect(events.at(-1)).toMatchObject({ event: 'ended', exitCode: 4, error: 'A: refused', statements: [] });
});
