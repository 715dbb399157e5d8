import type { Schedule } from '../../load/threads/control.ts';
import type { FleetAssignment } from '../model/assignment.ts';
import type { Command } from '../model/command.ts';
import { isSameTrial, type TrialKey } from '../model/identity.ts';
import type { Part } from '../model/part.ts';
import { type AgentPhase, type AgentProgress, numbered, type Report, windowOf } from '../model/report.ts';
import { BEAT_MS, silentUntil } from '../model/timing.ts';

/**
 * A trial of a fleet as its controller sees it, as a state machine: reports of agents and ticks of a clock in, commands
 * and conclusions out. It does no I/O and reads no clock. All agents finish, or the trial has failed.
 */
export interface FleetTrialState {
  readonly key: TrialKey;
  readonly silenceNanos: number;
  /** When the clock last ticked, in monotonic nanoseconds. */
  readonly tickedAt: number;
  /** The longest time between two ticks. */
  readonly stoppedNanos: number;
  /** Steps change it in place: copies for thousands of reports a second would cost more than the reports. */
  readonly agents: Map<string, AgentView>;
  /**
   * `opening`: until all agents have opened their connections. `running`: from the start signal until all have sent
   * everything. Then it is `finished`, or `failed`, or `stopped`.
   */
  readonly phase: 'opening' | 'opened' | 'running' | 'finished' | 'failed' | 'stopped';
  /** The window that runs or has run last, counted from 0. When it is finished, the next may start. */
  readonly window: number;
}

/** What is known of an agent. */
export interface AgentView {
  readonly agent: string;
  /** Name of its machine, for messages. */
  readonly name: string;
  readonly assignment: FleetAssignment;
  /** When it was last heard, in monotonic nanoseconds. */
  readonly heardAt: number;
  /** Null until its first report. */
  readonly state: AgentPhase | null;
  /** When it is to start, by its own clock. */
  readonly schedule: Schedule | null;
  /** How many of its parts were received, without gaps. */
  readonly received: number;
  /** Whether its last part was received. */
  readonly isComplete: boolean;
}

/** Times are monotonic nanoseconds of the controller. */
export type FleetTrialEvent =
  | { readonly kind: 'report'; readonly report: Report; readonly now: number }
  | { readonly kind: 'tick'; readonly now: number }
  /** Start all agents: a schedule for each, by its own clock. */
  | { readonly kind: 'start'; readonly schedules: ReadonlyMap<string, Schedule> }
  | { readonly kind: 'found-idle' }
  /** Nothing can be sent or received any more. */
  | { readonly kind: 'disconnected'; readonly message: string }
  | { readonly kind: 'stop' };

export type FleetTrialAction =
  | { readonly kind: 'send'; readonly agent: string; readonly command: Command }
  /** An agent's part, in order and once. */
  | { readonly kind: 'part'; readonly agent: string; readonly part: Part }
  | { readonly kind: 'opened' }
  | { readonly kind: 'progress'; readonly agent: string; readonly progress: AgentProgress }
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly message: string };

export interface FleetTrialStep {
  readonly state: FleetTrialState;
  readonly actions: readonly FleetTrialAction[];
}

/** An agent that takes part, with its assignment. */
export type Participant = Pick<AgentView, 'agent' | 'name' | 'assignment'>;

/** Begins a trial: sends each agent its assignment. */
export function beginTrial(
  key: TrialKey,
  participants: readonly Participant[],
  silenceMs: number,
  now: number,
): FleetTrialStep {
  const views = participants.map((participant): [string, AgentView] => [
    participant.agent,
    { ...participant, heardAt: now, state: null, schedule: null, received: 0, isComplete: false },
  ]);
  const state: FleetTrialState = {
    key,
    silenceNanos: silenceMs * 1e6,
    tickedAt: now,
    stoppedNanos: 0,
    agents: new Map(views),
    phase: 'opening',
    window: 0,
  };
  return { state, actions: views.map(([, view]) => assign(key, view)) };
}

/** Returns the state after an event, and what to do. The given state is used up. */
export function stepTrial(state: FleetTrialState, event: FleetTrialEvent): FleetTrialStep {
  if (isOver(state)) return { state, actions: [] };
  switch (event.kind) {
    case 'report':
      return receive(state, event.report, event.now);
    case 'tick':
      return tick(state, event.now);
    case 'start':
      return start(state, event.schedules);
    case 'found-idle':
      return { state, actions: toAll(state, 'found-idle') };
    case 'disconnected':
      return { state: { ...state, phase: 'failed' }, actions: [{ kind: 'failed', message: event.message }] };
    case 'stop':
      return { state: { ...state, phase: 'stopped' }, actions: toAll(state, 'stop') };
  }
}

function isOver({ phase }: FleetTrialState): boolean {
  return phase === 'failed' || phase === 'stopped';
}

function receive(state: FleetTrialState, report: Report, now: number): FleetTrialStep {
  const view = state.agents.get(report.agent);
  if (view === undefined || !isSameTrial(report, state.key)) return { state, actions: [] };
  const heard = { ...view, heardAt: now };
  switch (report.kind) {
    case 'fault':
      return failed(state, blame(state, view, report, now));
    case 'beat':
      return receiveBeat(state, heard, report.state);
    case 'part':
      return receivePart(state, heard, report);
  }
}

/** An agent that has not heard this program says so. It is to blame only when this program did run. */
function blame(
  state: FleetTrialState,
  { name }: AgentView,
  { message, silentMs }: Report & { readonly kind: 'fault' },
  now: number,
): string {
  const stoppedNanos = Math.max(state.stoppedNanos, now - state.tickedAt);
  return silentMs !== undefined && stoppedNanos > state.silenceNanos / 2
    ? stopped(stoppedNanos)
    : `agent ${name}: ${message}`;
}

function stopped(nanos: number): string {
  return `this machine or this program was stopped for ${Math.round(nanos / 1e6)} ms: agents do not wait for it`;
}

function receiveBeat(state: FleetTrialState, view: AgentView, reported: AgentPhase): FleetTrialStep {
  const next = withView(state, { ...view, state: later(view.state, reported) });
  const looks = 'looks' in reported && windowOf(reported) === state.window ? reported.looks : [];
  const actions = looks.map((progress): FleetTrialAction => ({ kind: 'progress', agent: view.agent, progress }));
  if (next.phase === 'opening' && [...next.agents.values()].every((agent) => agent.state?.phase === 'open')) {
    return { state: { ...next, phase: 'opened' }, actions: [...actions, { kind: 'opened' }] };
  }
  return { state: next, actions };
}

function receivePart(
  state: FleetTrialState,
  view: AgentView,
  { sequence, part }: Report & { readonly kind: 'part' },
): FleetTrialStep {
  // The agent repeats what was not received in order.
  if (sequence !== view.received) return { state: withView(state, view), actions: [] };
  const isComplete = part.kind === 'end';
  const next = withView(state, { ...view, received: sequence + 1, isComplete });
  const actions: FleetTrialAction[] = [{ kind: 'part', agent: view.agent, part }];
  if (next.phase !== 'running' || ![...next.agents.values()].every((agent) => agent.isComplete)) {
    return { state: next, actions };
  }
  return { state: { ...next, phase: 'finished' }, actions: [...actions, { kind: 'finished' }] };
}

/** Sends heartbeats, and what an agent seems not to have received; fails when one is silent for too long. */
function tick(state: FleetTrialState, now: number): FleetTrialStep {
  // Nothing was received meanwhile, and agents have ended their load: they are not to blame.
  const sinceTick = now - state.tickedAt;
  if (sinceTick > state.silenceNanos + BEAT_MS * 1e6) return failed(state, stopped(sinceTick));
  const until = silentUntil(now, state.tickedAt);
  const silent = [...state.agents.values()].filter(({ heardAt }) => until - heardAt > state.silenceNanos);
  if (silent.length > 0) {
    const names = silent.map(
      ({ name, heardAt }) => `agent ${name} was silent for ${Math.round((now - heardAt) / 1e6)} ms`,
    );
    return failed(state, `${names.join(', ')}: its machine or its network failed, or it was killed`);
  }
  const { key } = state;
  const actions = [...state.agents.values()].flatMap((view): FleetTrialAction[] => {
    const { agent, received, schedule } = view;
    if (view.state === null) return [assign(key, view)];
    const beat = { kind: 'send', agent, command: { kind: 'beat', ...key, received } } as const;
    if (schedule === null || rankOf(view.state) >= rankOf({ phase: 'running', window: state.window })) return [beat];
    return [beat, { kind: 'send', agent, command: { kind: 'start', ...key, schedule, ...numbered(state.window) } }];
  });
  return { state: { ...state, tickedAt: now, stoppedNanos: Math.max(state.stoppedNanos, sinceTick) }, actions };
}

function start(state: FleetTrialState, schedules: ReadonlyMap<string, Schedule>): FleetTrialStep {
  const { key } = state;
  if (state.phase !== 'opened' && state.phase !== 'finished') return { state, actions: [] };
  const window = state.phase === 'opened' ? 0 : state.window + 1;
  const views = [...state.agents.values()].map((view) => ({
    ...view,
    schedule: schedules.get(view.agent) ?? null,
    isComplete: false,
  }));
  return {
    state: { ...state, phase: 'running', window, agents: new Map(views.map((view) => [view.agent, view])) },
    actions: views.flatMap(({ agent, schedule }) => {
      if (schedule === null) return [];
      return [{ kind: 'send', agent, command: { kind: 'start', ...key, schedule, ...numbered(window) } } as const];
    }),
  };
}

function failed(state: FleetTrialState, message: string): FleetTrialStep {
  return {
    state: { ...state, phase: 'failed' },
    actions: [...toAll(state, 'stop'), { kind: 'failed', message }],
  };
}

function toAll({ key, agents }: FleetTrialState, kind: 'stop' | 'found-idle'): FleetTrialAction[] {
  return [...agents.keys()].map((agent) => ({ kind: 'send', agent, command: { kind, ...key } }));
}

function assign(key: TrialKey, { agent, assignment }: AgentView): FleetTrialAction {
  return { kind: 'send', agent, command: { kind: 'assign', ...key, assignment } };
}

const PHASES = ['opening', 'open', 'running', 'finished'] as const;

/** Numbers the states of an agent in their order. */
function rankOf({ phase, window = 0 }: { readonly phase: AgentPhase['phase']; readonly window?: number }): number {
  return PHASES.indexOf(phase) + 2 * window;
}

/** Returns the state that is further: heartbeats may be overtaken. */
function later(known: AgentPhase | null, reported: AgentPhase): AgentPhase {
  if (known === null) return reported;
  return rankOf(reported) >= rankOf(known) ? reported : known;
}

function withView(state: FleetTrialState, view: AgentView): FleetTrialState {
  state.agents.set(view.agent, view);
  return state;
}
