import { describe, expect, test } from 'vitest';
import {
  type AgentEvent,
  type AgentState,
  type AgentStep,
  idleAgent,
  stepAgent,
} from '../../../bench/fleet/agent/agent-state.ts';
import type { Command } from '../../../bench/fleet/model/command.ts';
import type { Part } from '../../../bench/fleet/model/part.ts';
import type { AgentProgress } from '../../../bench/fleet/model/report.ts';
import { assignment } from './assignments.ts';
import { idOf } from './simulated-fleet.ts';

const run = 'a'.repeat(32);
const key = { run, trial: 1 };
const assign: Command = { kind: 'assign', ...key, assignment: assignment() };
const schedule = { begin: 500e6, warmupEnd: 500e6, measureEnd: 1500e6, drainEnd: 2000e6 };
const opening = { seconds: 0, opened: 4, answered: 4, lastErrno: 0 };
const admitAll = () => undefined;

/** Returns the last step of several events. */
function stepAfter(events: readonly AgentEvent[], admission: () => string | undefined = admitAll): AgentStep {
  let step: AgentStep = { state: idleAgent(idOf(1)), actions: [] };
  for (const event of events) step = stepAgent(step.state, event, admission);
  return step;
}

const command = (given: Command, now = 0): AgentEvent => ({ kind: 'command', command: given, now });
const opened: AgentEvent = { kind: 'opened', key, phase: { phase: 'open', opening } };
const counts = (look: number): AgentProgress => ({
  ...{ look, completed: look, failed: 0, bytes: 0, inFlight: 0, doneNanos: null },
});
const kinds = ({ actions }: AgentStep) => actions.map(({ kind }) => kind);
const faultsOf = ({ actions }: AgentStep) =>
  actions.flatMap((action) =>
    action.kind === 'report' && action.report.kind === 'fault' ? [action.report.message] : [],
  );

test('a trial: opens, starts, and ends when the controller says so', () => {
  expect(kinds(stepAfter([command(assign)]))).toEqual(['report', 'open']);
  expect(kinds(stepAfter([command(assign), opened, command({ kind: 'start', ...key, schedule })]))).toEqual([
    'report',
    'start',
  ]);
  const over = stepAfter([command(assign), opened, command({ kind: 'stop', ...key })]);
  expect(kinds(over)).toEqual(['end']);
  expect(over.state.task).toBeNull();
});

describe('commands that come again', () => {
  test('do nothing a second time', () => {
    expect(kinds(stepAfter([command(assign), command(assign)]))).toEqual(['report']);
    const start = command({ kind: 'start', ...key, schedule });
    expect(kinds(stepAfter([command(assign), opened, start, start]))).toEqual([]);
  });

  test('do not begin a trial that is over', () => {
    const again = stepAfter([command(assign), command({ kind: 'stop', ...key }), command(assign)]);
    expect(faultsOf(again)).toEqual(['this trial is over here']);
  });
});

describe('refused are', () => {
  test('targets that the owner does not allow', () => {
    const step = stepAfter([command(assign)], () => 'its owner does not allow it');
    expect(faultsOf(step)).toEqual(['its owner does not allow it']);
    expect(kinds(step)).toEqual(['report']);
  });

  test('a second trial, while one runs', () => {
    expect(faultsOf(stepAfter([command(assign), command({ ...assign, run: 'b'.repeat(32) })]))).toEqual([
      'it is busy with another trial',
    ]);
  });

  test('every trial, while it is being shut down', () => {
    const draining: AgentState = { ...idleAgent(idOf(1)), isDraining: true };
    expect(faultsOf(stepAgent(draining, command(assign), admitAll))).toEqual(['it is being shut down']);
  });

  test('commands of a trial that it does not run, except to stop', () => {
    expect(faultsOf(stepAfter([command({ kind: 'beat', ...key, received: 0 })]))).toEqual([
      'it does not run this trial',
    ]);
    expect(stepAfter([command({ kind: 'stop', ...key })]).actions).toEqual([]);
  });

  test('commands of a trial that it ended, with the silence that it ended for', () => {
    const tick = (now: number): AgentEvent => ({ kind: 'tick', now });
    const silent = [command(assign), tick(500e6), tick(900e6), tick(1_300e6)];
    const { actions } = stepAfter([...silent, command({ kind: 'beat', ...key, received: 0 }, 1_400e6)]);
    expect(actions).toMatchObject([
      { report: { kind: 'fault', message: 'the controller was silent for 1300 ms', silentMs: 1300 } },
    ]);
  });

  test('a start that is over', () => {
    const late = stepAfter([command(assign), opened, command({ kind: 'start', ...key, schedule }, 600e6)]);
    expect(faultsOf(late)).toEqual(['the start signal arrived 100 ms after the start']);
    expect(kinds(late)).toEqual(['report', 'end']);
  });
});

test('counts are reported with the next heartbeat, urgent ones at once, and the latest again', () => {
  const progress = (look: number, isUrgent = false): AgentEvent => ({
    ...{ kind: 'progress', key, isUrgent, progress: counts(look) },
  });
  const looks = ({ actions }: AgentStep) =>
    actions.flatMap((action) =>
      action.kind === 'report' && action.report.kind === 'beat' && 'looks' in action.report.state
        ? action.report.state.looks.map(({ look }) => look)
        : [],
    );
  const begun = [command(assign), opened, command({ kind: 'start', ...key, schedule }), progress(0, true)];
  const tick: AgentEvent = { kind: 'tick', now: 0 };
  expect(looks(stepAfter(begun))).toEqual([-1, 0]);
  expect(stepAfter([...begun, progress(1)]).actions).toEqual([]);
  expect(looks(stepAfter([...begun, progress(1), progress(2), tick]))).toEqual([0, 1, 2]);
  expect(looks(stepAfter([...begun, progress(1), progress(2), tick, tick]))).toEqual([2]);
  const finished: AgentEvent = { kind: 'finished', key, progress: { ...counts(3), doneNanos: 1 } };
  expect(looks(stepAfter([...begun, progress(1), finished]))).toEqual([0, 1, 3]);
  expect(looks(stepAfter([...begun, progress(1), finished, tick]))).toEqual([3]);
});

test('parts are sent again until they are acknowledged', () => {
  const part: Part = { kind: 'latencies', name: 'response', delta: { sum: 1, max: 1, buckets: 'AQE=' } };
  const measured: AgentEvent = { kind: 'measured', key, parts: [part, part], now: 0 };
  const sequences = ({ actions }: AgentStep) =>
    actions.flatMap((action) =>
      action.kind === 'report' && action.report.kind === 'part' ? action.report.sequence : [],
    );
  const begun = [command(assign), opened, measured];
  expect(sequences(stepAfter(begun))).toEqual([0, 1]);
  expect(sequences(stepAfter([...begun, { kind: 'tick', now: 600e6 }]))).toEqual([0, 1]);
  const first = command({ kind: 'beat', ...key, received: 1 });
  expect(sequences(stepAfter([...begun, first, { kind: 'tick', now: 600e6 }]))).toEqual([1]);
  const both = command({ kind: 'beat', ...key, received: 2 });
  expect(sequences(stepAfter([...begun, both, { kind: 'tick', now: 600e6 }]))).toEqual([]);
});

test('the load ends when the controller is silent, when NATS is lost, and when it fails itself', () => {
  const ticks = [750e6, 1001e6].map((now) => ({ kind: 'tick', now }) as const);
  expect(kinds(stepAfter([command(assign), ...ticks]))).toEqual(['end']);
  // A late tick comes before the messages that wait.
  expect(kinds(stepAfter([command(assign), { kind: 'tick', now: 1001e6 }]))).toEqual(['report']);
  expect(kinds(stepAfter([command(assign), { kind: 'disconnected' }]))).toEqual(['end']);
  const failed = stepAfter([command(assign), { kind: 'failed', key, message: 'no files left' }]);
  expect(faultsOf(failed)).toEqual(['no files left']);
  expect(kinds(failed)).toEqual(['report', 'end']);
});

test('draining waits for the trial that runs, and then exits', () => {
  expect(kinds(stepAfter([{ kind: 'drain' }]))).toEqual(['exit']);
  expect(kinds(stepAfter([command(assign), { kind: 'drain' }]))).toEqual([]);
  expect(kinds(stepAfter([command(assign), { kind: 'drain' }, command({ kind: 'stop', ...key })]))).toEqual([
    'end',
    'exit',
  ]);
});

test('events of a load that is over are ignored', () => {
  const over = [command(assign), command({ kind: 'stop', ...key })];
  expect(stepAfter([...over, opened]).actions).toEqual([]);
  expect(stepAfter([...over, { kind: 'failed', key, message: 'x' }]).actions).toEqual([]);
});
