import { expect, test } from 'vitest';
import type { AgentEvent } from '../../../bench/fleet/agent/agent-state.ts';
import { type AgentTurnsStep, idleTurns, stepTurns } from '../../../bench/fleet/agent/agent-turns.ts';
import { beginTrial, type FleetTrialStep, stepTrial } from '../../../bench/fleet/controller/trial-state.ts';
import type { Command } from '../../../bench/fleet/model/command.ts';
import type { Part } from '../../../bench/fleet/model/part.ts';
import type { AgentPhase, AgentProgress } from '../../../bench/fleet/model/report.ts';
import { assignment } from './assignments.ts';
import { idOf } from './simulated-fleet.ts';

const run = 'a'.repeat(32);
const progress: AgentProgress = { look: 1, completed: 1, failed: 0, bytes: 0, inFlight: 0, doneNanos: 1 };
const schedule = { begin: 500e6, warmupEnd: 500e6, measureEnd: 1500e6, drainEnd: 2000e6 };
const opening = { seconds: 0, opened: 4, answered: 4, lastErrno: 0 };

const command = (given: Command): AgentEvent => ({ kind: 'command', command: given, now: 0 });
const assign = (trial: number, windows?: number): AgentEvent =>
  command({ kind: 'assign', run, trial, assignment: assignment(windows === undefined ? {} : { windows }) });
const start = (trial: number, window = 0): AgentEvent =>
  command({ kind: 'start', run, trial, schedule, ...(window > 0 && { window }) });
const opened = (trial: number): AgentEvent => ({
  kind: 'opened',
  key: { run, trial },
  phase: { phase: 'open', opening },
});
const finished = (trial: number): AgentEvent => ({ kind: 'finished', key: { run, trial }, progress });
const stop = (trial: number): AgentEvent => command({ kind: 'stop', run, trial });

function after(...events: readonly AgentEvent[]): AgentTurnsStep {
  let step: AgentTurnsStep = { state: idleTurns(idOf(1)), actions: [] };
  for (const event of events) step = stepTurns(step.state, event, () => undefined);
  return step;
}

const kinds = ({ actions }: AgentTurnsStep) => actions.map(({ kind }) => kind);
const faults = ({ actions }: AgentTurnsStep) =>
  actions.flatMap((action) =>
    action.kind === 'report' && action.report.kind === 'fault' ? [action.report.message] : [],
  );

test('loads of one run that take turns are open at once, and start when it is their turn', () => {
  const both = [assign(1, 3), opened(1), assign(2, 3), opened(2)] as const;
  expect(kinds(after(...both.slice(0, 3)))).toEqual(['report', 'open']);
  expect(after(...both, start(2)).actions).toContainEqual({ kind: 'start', key: { run, trial: 2 }, schedule });
  expect(kinds(after(...both, stop(1)))).toEqual(['end']);
  expect(kinds(after(...both, { kind: 'tick', now: 0 }))).toEqual(['report', 'report']);
});

test('a load that runs once has the agent for itself', () => {
  expect(faults(after(assign(1), assign(2)))).toEqual(['it is busy with another trial']);
  expect(faults(after(assign(1), assign(2, 3)))).toEqual(['it is busy with another trial']);
  expect(faults(after(assign(1, 3), assign(2)))).toEqual(['it is busy with another trial']);
  const other = { kind: 'assign', run: 'b'.repeat(32), trial: 1, assignment: assignment({ windows: 3 }) } as const;
  expect(faults(after(assign(1, 3), command(other)))).toEqual(['it is busy with another trial']);
  expect(faults(after(assign(1, 3), assign(2, 3), assign(3, 3), assign(4, 3)))).toHaveLength(1);
});

test('a load that is over does not begin again, whatever has ended since', () => {
  expect(faults(after(assign(1, 3), assign(2, 3), stop(1), stop(2), assign(1, 3)))).toEqual([
    'this trial is over here',
  ]);
  expect(faults(after(assign(1, 3), assign(2, 3), stop(1), assign(1, 3)))).toHaveLength(1);
});

test('windows start one after the other, each once, and not more than there are', () => {
  const first = [assign(1, 2), opened(1), start(1), finished(1)] as const;
  expect(kinds(after(...first.slice(0, 3), start(1, 1)))).toEqual([]);
  expect(kinds(after(...first, start(1)))).toEqual([]);
  expect(kinds(after(...first, start(1, 1)))).toEqual(['report', 'start']);
  expect(kinds(after(...first, start(1, 1), start(1, 1)))).toEqual([]);
  expect(kinds(after(...first, start(1, 1), finished(1), start(1, 2)))).toEqual([]);
});

test('an agent that is drained exits when all its loads are over', () => {
  const drained = [assign(1, 3), assign(2, 3), { kind: 'drain' }, stop(1)] as const;
  expect(kinds(after(...drained))).toEqual(['end']);
  expect(kinds(after(...drained, stop(2)))).toEqual(['end', 'exit']);
  expect(kinds(after({ kind: 'drain' }))).toEqual(['exit']);
});

test('the controller starts the next window when all agents have sent the last one', () => {
  const key = { run, trial: 1 };
  const agents = [idOf(0), idOf(1)];
  const participants = agents.map((agent) => ({ agent, name: agent, assignment: assignment({ windows: 2 }) }));
  let step: FleetTrialStep = beginTrial(key, participants, 1000, 0);
  const received = (agent: string, state: AgentPhase) => {
    step = stepTrial(step.state, { kind: 'report', report: { kind: 'beat', ...key, agent, state }, now: 0 });
    return step.actions.map(({ kind }) => kind);
  };
  const part = (agent: string, sequence: number) => {
    const end: Part = { kind: 'end', values: {} as (Part & { kind: 'end' })['values'], threads: 1 };
    step = stepTrial(step.state, {
      kind: 'report',
      report: { kind: 'part', ...key, agent, sequence, part: end },
      now: 0,
    });
    return step.actions.map(({ kind }) => kind);
  };
  const go = () => {
    step = stepTrial(step.state, { kind: 'start', schedules: new Map(agents.map((agent) => [agent, schedule])) });
    return step.actions.map((action) => action.kind === 'send' && action.command);
  };
  for (const agent of agents) received(agent, { phase: 'open', opening });
  expect(go()).toEqual([
    { kind: 'start', ...key, schedule },
    { kind: 'start', ...key, schedule },
  ]);
  expect(part(agents[0] ?? '', 0)).toEqual(['part']);
  expect(go()).toEqual([]);
  expect(part(agents[1] ?? '', 0)).toEqual(['part', 'finished']);
  expect(go()).toEqual([
    { kind: 'start', ...key, schedule, window: 1 },
    { kind: 'start', ...key, schedule, window: 1 },
  ]);
  // Counts of the first window that arrive late are not those of the second.
  expect(received(agents[0] ?? '', { phase: 'finished', looks: [progress] })).toEqual([]);
  expect(received(agents[0] ?? '', { phase: 'running', looks: [progress], window: 1 })).toEqual(['progress']);
  const ticked = stepTrial(step.state, { kind: 'tick', now: 0 }).actions;
  const starts = ticked.flatMap((action) =>
    action.kind === 'send' && action.command.kind === 'start' ? [action] : [],
  );
  expect(starts).toEqual([{ kind: 'send', agent: agents[1], command: { kind: 'start', ...key, schedule, window: 1 } }]);
});
