import { type Schedule, shifted } from '../../load/threads/control.ts';
import type { FleetAssignment } from '../model/assignment.ts';
import type { Command } from '../model/command.ts';
import { isSameTrial, type TrialKey } from '../model/identity.ts';
import type { Part } from '../model/part.ts';
import { type AgentPhase, type AgentProgress, numbered, type Report, windowOf } from '../model/report.ts';
import { BEAT_MS, silentUntil } from '../model/timing.ts';

/**
 * What an agent does, as a state machine: messages, events of its load and ticks of a clock in, actions out. It does no
 * I/O and reads no clock.
 *
 *     idle ── assign ──► opening ── all opened ──► open ── start ──► running ── load over ──► finished
 *                                                                       ◄── start, window ────┘
 *      ▲                    │                        │                  │                         │
 *      └────────────────────┴── stop, a fault, or a controller that is silent ────────────────────┘
 */
export interface AgentState {
  readonly agent: string;
  /** Ends when its trial is over, and takes no other. */
  readonly isDraining: boolean;
  readonly task: AgentTask | null;
  /** The last trial that is over, which is not begun again. */
  readonly last: EndedTrial | null;
}

interface EndedTrial {
  readonly key: TrialKey;
  /** For how long the controller was silent, in milliseconds, where the trial ended for that. */
  readonly silentMs?: number;
}

interface AgentTask {
  readonly key: TrialKey;
  readonly phase: AgentPhase;
  /** How often its load runs over the same connections. */
  readonly windows: number;
  readonly silenceNanos: number;
  /** When the controller was last heard, in monotonic nanoseconds. */
  readonly heardAt: number;
  /** When the clock last ticked. */
  readonly tickedAt: number;
  /** Number of the next part. */
  readonly nextSequence: number;
  /** Parts that the controller may not have yet. */
  readonly unacknowledged: readonly SentPart[];
}

interface SentPart {
  readonly sequence: number;
  readonly part: Part;
  readonly sentAt: number;
}

/** Times are monotonic nanoseconds. Events of a load name its trial, because they may come after its end. */
export type AgentEvent =
  | { readonly kind: 'command'; readonly command: Command; readonly now: number }
  | { readonly kind: 'opened'; readonly key: TrialKey; readonly phase: AgentPhase & { readonly phase: 'open' } }
  /** Counts of a look. Those that are urgent are reported at once, others with the next heartbeat. */
  | { readonly kind: 'progress'; readonly key: TrialKey; readonly progress: AgentProgress; readonly isUrgent: boolean }
  | { readonly kind: 'measured'; readonly key: TrialKey; readonly parts: readonly Part[]; readonly now: number }
  | { readonly kind: 'finished'; readonly key: TrialKey; readonly progress: AgentProgress }
  | { readonly kind: 'failed'; readonly key: TrialKey; readonly message: string }
  | { readonly kind: 'tick'; readonly now: number }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'drain' };

export type AgentAction =
  | { readonly kind: 'report'; readonly report: Report }
  | { readonly kind: 'open'; readonly key: TrialKey; readonly assignment: FleetAssignment }
  | { readonly kind: 'start'; readonly key: TrialKey; readonly schedule: Schedule; readonly window?: number }
  | { readonly kind: 'found-idle'; readonly key: TrialKey }
  /** End the load, and log why. */
  | { readonly kind: 'end'; readonly key: TrialKey; readonly why: string }
  | { readonly kind: 'exit' };

export interface AgentStep {
  readonly state: AgentState;
  readonly actions: readonly AgentAction[];
}

/** Returns why an agent does not take an assignment; undefined when it does. */
export type Admission = (assignment: FleetAssignment) => string | undefined;

/** Returns the state of an agent that has just started. */
export function idleAgent(agent: string): AgentState {
  return { agent, isDraining: false, task: null, last: null };
}

/** Returns the state after an event, and what to do. */
export function stepAgent(state: AgentState, event: AgentEvent, admission: Admission): AgentStep {
  switch (event.kind) {
    case 'command':
      return obey(state, event.command, event.now, admission);
    case 'tick':
      return tick(state, event.now);
    case 'drain':
      return state.task === null
        ? { state: { ...state, isDraining: true }, actions: [{ kind: 'exit' }] }
        : unchanged({ ...state, isDraining: true });
    case 'disconnected':
      return state.task === null ? unchanged(state) : ended(state, state.task, 'the connection to NATS was lost');
    default:
      return state.task !== null && isSameTrial(event.key, state.task.key)
        ? progressed(state, state.task, event)
        : unchanged(state);
  }
}

function obey(state: AgentState, command: Command, now: number, admission: Admission): AgentStep {
  const { task } = state;
  if (command.kind === 'assign' && (task === null || !isSameTrial(task.key, command))) {
    return assign(state, command, now, admission);
  }
  if (task === null || !isSameTrial(task.key, command)) return refuseUnknown(state, command);
  const heard = { ...task, heardAt: now };
  switch (command.kind) {
    case 'stop':
      return ended(state, heard, task.phase.phase === 'finished' ? 'its part is complete' : 'the controller ended it');
    case 'start':
      return start(state, heard, command, now);
    case 'found-idle':
      return { state: { ...state, task: heard }, actions: [{ kind: 'found-idle', key: task.key }] };
    case 'beat': {
      const unacknowledged = heard.unacknowledged.filter(({ sequence }) => sequence >= command.received);
      return unchanged({ ...state, task: { ...heard, unacknowledged } });
    }
    case 'assign':
      // It is being done.
      return beat(state, heard);
  }
}

function assign(
  state: AgentState,
  { run, trial, assignment }: Command & { readonly kind: 'assign' },
  now: number,
  admission: Admission,
): AgentStep {
  const key = { run, trial };
  if (state.last !== null && state.last.key.run === run && state.last.key.trial >= trial) {
    return fault(state, key, 'this trial is over here');
  }
  const refusal =
    state.task !== null
      ? 'it is busy with another trial'
      : state.isDraining
        ? 'it is being shut down'
        : admission(assignment);
  if (refusal !== undefined) return fault(state, key, refusal);
  const task: AgentTask = {
    key,
    phase: { phase: 'opening' },
    windows: assignment.windows ?? 1,
    silenceNanos: assignment.silenceMs * 1e6,
    heardAt: now,
    tickedAt: now,
    nextSequence: 0,
    unacknowledged: [],
  };
  const begun = beat(state, task);
  return { state: begun.state, actions: [...begun.actions, { kind: 'open', key, assignment }] };
}

/** A controller that waits for a trial that is not run here gets a fault; one that has ended it does not. */
function refuseUnknown(state: AgentState, { kind, run, trial }: Command): AgentStep {
  if (kind === 'stop') return unchanged(state);
  const key = { run, trial };
  const { last } = state;
  return last?.silentMs !== undefined && isSameTrial(last.key, key)
    ? fault(state, key, silence(last.silentMs), last.silentMs)
    : fault(state, key, 'it does not run this trial');
}

function start(
  state: AgentState,
  task: AgentTask,
  { schedule, window = 0 }: Command & { readonly kind: 'start' },
  now: number,
): AgentStep {
  if (window >= task.windows || window !== nextWindow(task.phase)) return unchanged({ ...state, task });
  const takesTurns = task.windows > 1;
  if (schedule.begin < now && !takesTurns) {
    const late = Math.ceil((now - schedule.begin) / 1e6);
    return failed(state, task, `the start signal arrived ${late} ms after the start`);
  }
  // The controller sees from its report that a window began late; the next ones may be in time.
  const delay = takesTurns ? Math.max(0, now - schedule.begin) : 0;
  const begin = { kind: 'start', key: task.key, schedule: shifted(schedule, delay), ...numbered(window) } as const;
  const progress: AgentProgress = { look: -1, completed: 0, failed: 0, bytes: 0, inFlight: 0, doneNanos: null };
  const begun = beat(state, { ...task, phase: { phase: 'running', looks: [progress], ...numbered(window) } });
  return { state: begun.state, actions: [...begun.actions, begin] };
}

/** Returns the window that can begin; undefined while none can. */
function nextWindow(phase: AgentPhase): number | undefined {
  if (phase.phase === 'open') return 0;
  return phase.phase === 'finished' ? windowOf(phase) + 1 : undefined;
}

function progressed(
  state: AgentState,
  task: AgentTask,
  event: Extract<AgentEvent, { readonly key: TrialKey }>,
): AgentStep {
  switch (event.kind) {
    case 'opened':
      return task.phase.phase === 'opening' ? beat(state, { ...task, phase: event.phase }) : unchanged(state);
    case 'progress': {
      if (task.phase.phase !== 'running') return unchanged(state);
      const counted = { ...task, phase: { ...task.phase, looks: [...task.phase.looks, event.progress] } };
      return event.isUrgent ? beat(state, counted) : unchanged({ ...state, task: counted });
    }
    case 'measured': {
      const parts = event.parts.map((part, i) => ({ sequence: task.nextSequence + i, part, sentAt: event.now }));
      const unacknowledged = [...task.unacknowledged, ...parts];
      const kept = { ...task, nextSequence: task.nextSequence + parts.length, unacknowledged };
      return { state: { ...state, task: kept }, actions: parts.map((sent) => reportPart(state, task, sent)) };
    }
    case 'finished':
      return beat(state, {
        ...task,
        phase: { phase: 'finished', looks: [...looksOf(task), event.progress], ...numbered(windowOf(task.phase)) },
      });
    case 'failed':
      return failed(state, task, event.message);
  }
}

/** Sends the heartbeat and overdue parts, unless the controller is silent for too long. */
function tick(state: AgentState, now: number): AgentStep {
  const { task } = state;
  if (task === null) return unchanged(state);
  if (silentUntil(now, task.tickedAt) - task.heardAt > task.silenceNanos) {
    const silentMs = Math.round((now - task.heardAt) / 1e6);
    return ended(state, task, silence(silentMs), silentMs);
  }
  const isOverdue = ({ sentAt }: SentPart) => now - sentAt >= 2 * BEAT_MS * 1e6;
  const overdue = task.unacknowledged.filter(isOverdue);
  const unacknowledged = task.unacknowledged.map((sent) => (isOverdue(sent) ? { ...sent, sentAt: now } : sent));
  const parts = overdue.map((sent) => reportPart(state, task, sent));
  const beaten = beat(state, { ...task, unacknowledged, tickedAt: now });
  return { state: beaten.state, actions: [...beaten.actions, ...parts] };
}

function beat(state: AgentState, task: AgentTask): AgentStep {
  const { agent } = state;
  const { phase } = task;
  const report: Report = { kind: 'beat', ...task.key, agent, state: phase };
  // The latest counts are repeated until there are others: a message may be lost.
  const sent = 'looks' in phase ? { ...task, phase: { ...phase, looks: phase.looks.slice(-1) } } : task;
  return { state: { ...state, task: sent }, actions: [{ kind: 'report', report }] };
}

function looksOf({ phase }: AgentTask): readonly AgentProgress[] {
  return 'looks' in phase ? phase.looks : [];
}

function reportPart({ agent }: AgentState, { key }: AgentTask, { sequence, part }: SentPart): AgentAction {
  return { kind: 'report', report: { kind: 'part', ...key, agent, sequence, part } };
}

function silence(silentMs: number): string {
  return `the controller was silent for ${silentMs} ms`;
}

function fault(state: AgentState, key: TrialKey, why: string, silentMs?: number): AgentStep {
  const message = why.slice(0, 4000);
  const silent = silentMs === undefined ? {} : { silentMs };
  const report: Report = { kind: 'fault', ...key, agent: state.agent, message, ...silent };
  return { state, actions: [{ kind: 'report', report }] };
}

function failed(state: AgentState, task: AgentTask, message: string): AgentStep {
  const over = ended(state, task, message);
  return { state: over.state, actions: [...fault(state, task.key, message).actions, ...over.actions] };
}

function ended(state: AgentState, { key }: AgentTask, why: string, silentMs?: number): AgentStep {
  return {
    state: { ...state, task: null, last: silentMs === undefined ? { key } : { key, silentMs } },
    actions: [{ kind: 'end', key, why }, ...(state.isDraining ? [{ kind: 'exit' } as const] : [])],
  };
}

function unchanged(state: AgentState): AgentStep {
  return { state, actions: [] };
}
