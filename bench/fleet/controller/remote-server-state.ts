import type { InternetAddress } from '../../../sockets/address.ts';
import {
  isSameServer,
  type ServeCommand,
  type ServeReport,
  type ServerAnswer,
  type ServerKey,
  type ServerQuestion,
  type Serving,
} from '../model/serving.ts';

/**
 * A server on another machine as its controller sees it, as a state machine: reports, questions and ticks of a clock in,
 * commands and conclusions out. It does no I/O and reads no clock.
 *
 *     starting ──► running ──► stopping ──► ended
 *         └── it fails, or its machine is lost ──► failed ── stop ──►┘
 */
export interface RemoteServerState {
  readonly key: ServerKey;
  readonly agent: string;
  /** Name of its machine, for messages. */
  readonly name: string;
  readonly serving: Serving;
  readonly phase: 'starting' | 'running' | 'failed' | 'stopping' | 'ended';
  /** When its machine was last heard, in monotonic nanoseconds. */
  readonly heardAt: number;
  /** Whether its machine has reported it, so that it need not be requested again. */
  readonly isKnown: boolean;
  /** Whether it may run: its machine can be reached, as far as is known, and has not reported its end. */
  readonly mayRun: boolean;
  /** Questions without an answer, by number. */
  readonly questions: ReadonlyMap<number, ServerQuestion>;
}

/** Times are monotonic nanoseconds of the controller. */
export type RemoteServerEvent =
  | { readonly kind: 'report'; readonly report: ServeReport; readonly now: number }
  | { readonly kind: 'ask'; readonly question: number; readonly about: ServerQuestion }
  | { readonly kind: 'tick'; readonly now: number }
  /** Nothing can be sent or received any more. */
  | { readonly kind: 'disconnected'; readonly message: string }
  | { readonly kind: 'stop' };

export type RemoteServerAction =
  | { readonly kind: 'send'; readonly command: ServeCommand }
  | { readonly kind: 'running'; readonly address: InternetAddress }
  | { readonly kind: 'answered'; readonly question: number; readonly answer: ServerAnswer }
  /** `of`: whether the server failed, or its machine. */
  | {
      readonly kind: 'failed';
      readonly of: 'server' | 'machine';
      readonly message: string;
      readonly stderr: readonly string[];
    }
  | { readonly kind: 'ended' };

export interface RemoteServerStep {
  readonly state: RemoteServerState;
  readonly actions: readonly RemoteServerAction[];
}

/** Begins a server: requests it from a machine. */
export function beginServer(
  given: Pick<RemoteServerState, 'key' | 'agent' | 'name' | 'serving'>,
  now: number,
): RemoteServerStep {
  const state: RemoteServerState = {
    ...given,
    ...{ phase: 'starting', heardAt: now, isKnown: false, mayRun: true, questions: new Map() },
  };
  return { state, actions: [request(state)] };
}

/** Returns the state after an event, and what to do. */
export function stepServer(state: RemoteServerState, event: RemoteServerEvent): RemoteServerStep {
  if (state.phase === 'ended') return { state, actions: [] };
  switch (event.kind) {
    case 'report':
      return receive(state, event.report, event.now);
    case 'ask': {
      const { question, about } = event;
      const questions = new Map(state.questions).set(question, about);
      return { state: { ...state, questions }, actions: [ask(state, question, about)] };
    }
    case 'tick':
      return tick(state, event.now);
    case 'disconnected':
      return lost(state, event.message);
    case 'stop':
      return stop(state);
  }
}

function receive(state: RemoteServerState, report: ServeReport, now: number): RemoteServerStep {
  if (report.agent !== state.agent || !isSameServer(report, state.key)) return { state, actions: [] };
  const heard = { ...state, heardAt: now, isKnown: true };
  switch (report.kind) {
    case 'ended':
      return state.phase === 'stopping'
        ? { state: { ...heard, phase: 'ended' }, actions: [{ kind: 'ended' }] }
        : { state: { ...heard, mayRun: false }, actions: [] };
    case 'beat':
      return report.address !== null && state.phase === 'starting'
        ? { state: { ...heard, phase: 'running' }, actions: [{ kind: 'running', address: report.address }] }
        : { state: heard, actions: [] };
    case 'answer': {
      if (!state.questions.has(report.question)) return { state: heard, actions: [] };
      const questions = new Map(state.questions);
      questions.delete(report.question);
      const { question, answer } = report;
      return { state: { ...heard, questions }, actions: [{ kind: 'answered', question, answer }] };
    }
    case 'failed':
      return failed(heard, 'server', report.message, report.stderr);
    case 'fault':
      return failed(heard, 'machine', `agent ${state.name}: ${report.message}`);
  }
}

/** Sends heartbeats, and what the machine seems not to have received; fails when it is silent for too long. */
function tick(state: RemoteServerState, now: number): RemoteServerStep {
  const { key, phase, heardAt, serving, name } = state;
  const silence = now - heardAt;
  if (phase !== 'failed' && silence > serving.silenceMs * 1e6) {
    return lost(
      state,
      `agent ${name}, which serves, was silent for ${Math.round(silence / 1e6)} ms: its machine or its network failed, ` +
        'or it was killed',
    );
  }
  switch (phase) {
    case 'stopping':
      return { state, actions: [{ kind: 'send', command: { kind: 'stop', ...key } }] };
    case 'starting':
    case 'running': {
      const beat: RemoteServerAction = { kind: 'send', command: { kind: 'beat', ...key } };
      const questions = [...state.questions].map(([question, about]) => ask(state, question, about));
      return { state, actions: [state.isKnown ? beat : request(state), ...questions] };
    }
    default:
      return { state, actions: [] };
  }
}

function lost(state: RemoteServerState, message: string): RemoteServerStep {
  const unreachable = { ...state, mayRun: false };
  // It ends by itself: its machine hears nothing of the controller, either.
  if (state.phase === 'stopping') return { state: { ...unreachable, phase: 'ended' }, actions: [{ kind: 'ended' }] };
  return failed(unreachable, 'machine', message);
}

function failed(
  state: RemoteServerState,
  of: 'server' | 'machine',
  message: string,
  stderr: readonly string[] = [],
): RemoteServerStep {
  if (state.phase !== 'starting' && state.phase !== 'running') return { state, actions: [] };
  return { state: { ...state, phase: 'failed' }, actions: [{ kind: 'failed', of, message, stderr }] };
}

function stop(state: RemoteServerState): RemoteServerStep {
  if (state.phase === 'stopping') return { state, actions: [] };
  const send: RemoteServerAction = { kind: 'send', command: { kind: 'stop', ...state.key } };
  return state.mayRun
    ? { state: { ...state, phase: 'stopping' }, actions: [send] }
    : { state: { ...state, phase: 'ended' }, actions: [send, { kind: 'ended' }] };
}

function request({ key, serving }: RemoteServerState): RemoteServerAction {
  return { kind: 'send', command: { kind: 'serve', ...key, serving } };
}

function ask({ key }: RemoteServerState, question: number, about: ServerQuestion): RemoteServerAction {
  return { kind: 'send', command: { kind: 'ask', ...key, question, about } };
}
