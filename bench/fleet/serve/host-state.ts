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
 * What a machine that starts servers does, as a state machine: messages, events of its servers and ticks of a clock in,
 * actions out. It does no I/O and reads no clock. It serves one run at a time, which may have several servers:
 *
 *     serve ──► starting ── ready ──► running ── stop ──► stopping ── all processes ended ──► forgotten
 *                  └── it fails, a part of it ends ──► failed ── stop ──►┘
 *
 * A silent controller, a lost connection and a drain end servers, too.
 */
export interface HostState {
  readonly agent: string;
  /** Starts no server any more. */
  readonly isDraining: boolean;
  readonly servers: readonly Served[];
  /** The last server that was started. It and those before it are not started again. */
  readonly last: ServerKey | null;
}

interface Served {
  readonly key: ServerKey;
  readonly phase: 'starting' | 'running' | 'failed' | 'stopping';
  readonly silenceNanos: number;
  /** When the controller was last heard, in monotonic nanoseconds. */
  readonly heardAt: number;
  readonly address: InternetAddress | null;
  /** Report of the failure, once it has failed. */
  readonly failure: ServeReport | null;
  /** Whether nothing of it runs any more. */
  readonly hasEnded: boolean;
  /** The last questions; an answer is null until it is known. */
  readonly asked: readonly { readonly question: number; readonly answer: ServerAnswer | null }[];
}

/** Times are monotonic nanoseconds. */
export type HostEvent =
  | { readonly kind: 'command'; readonly command: ServeCommand; readonly now: number }
  | { readonly kind: 'started'; readonly key: ServerKey; readonly address: InternetAddress }
  | {
      readonly kind: 'failed';
      readonly key: ServerKey;
      readonly message: string;
      readonly stderr: readonly string[];
    }
  | {
      readonly kind: 'answered';
      readonly key: ServerKey;
      readonly question: number;
      readonly answer: ServerAnswer;
    }
  /** All processes of a server have ended, after the action `end`. */
  | { readonly kind: 'ended'; readonly key: ServerKey }
  | { readonly kind: 'tick'; readonly now: number }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'drain' };

export type HostAction =
  | { readonly kind: 'report'; readonly report: ServeReport }
  | { readonly kind: 'start'; readonly key: ServerKey; readonly serving: Serving }
  | { readonly kind: 'ask'; readonly key: ServerKey; readonly question: number; readonly about: ServerQuestion }
  /** End a server, in any phase; it may have ended already. */
  | { readonly kind: 'end'; readonly key: ServerKey; readonly why: string }
  | { readonly kind: 'exit' };

export interface HostStep {
  readonly state: HostState;
  readonly actions: readonly HostAction[];
}

/** Returns why a machine does not start a server; undefined when it does. */
export type ServingAdmission = (serving: Serving) => string | undefined;

/** Questions whose answers are kept. A controller asks few at once. */
const KEPT_QUESTIONS = 16;

/** Returns the state of a machine that serves nothing yet. */
export function idleHost(agent: string): HostState {
  return { agent, isDraining: false, servers: [], last: null };
}

/** Returns the state after an event, and what to do. */
export function stepHost(state: HostState, event: HostEvent, admission: ServingAdmission): HostStep {
  switch (event.kind) {
    case 'command':
      return obey(state, event.command, event.now, admission);
    case 'tick':
      return eachServer(state, (served) => tick(state, served, event.now));
    case 'disconnected':
      return eachServer(state, (served) => stopped(served, 'the connection to NATS was lost'));
    case 'drain':
      return drain(state);
    default: {
      const served = state.servers.find(({ key }) => isSameServer(key, event.key));
      return served === undefined ? { state, actions: [] } : happened(state, served, event);
    }
  }
}

function obey(state: HostState, command: ServeCommand, now: number, admission: ServingAdmission): HostStep {
  const { run, server } = command;
  const key = { run, server };
  const known = state.servers.find((served) => isSameServer(served.key, key));
  if (known === undefined) {
    if (command.kind === 'serve') return serve(state, key, command.serving, now, admission);
    if (command.kind === 'stop') return { state, actions: [endedReport(state, key)] };
    return { state, actions: [fault(state, key, 'it does not run this server')] };
  }
  const served = { ...known, heardAt: now };
  switch (command.kind) {
    case 'serve':
      return { state: withServed(state, served), actions: [statusReport(state, served)] };
    case 'beat':
      return { state: withServed(state, served), actions: [] };
    case 'ask':
      return ask(state, served, command.question, command.about);
    case 'stop': {
      const { served: left, actions } = stopped(served, 'the controller ended it');
      if (left !== null) return { state: withServed(state, left), actions };
      const servers = state.servers.filter((other) => other !== known);
      return { state: { ...state, servers }, actions: [endedReport(state, key)] };
    }
  }
}

function serve(state: HostState, key: ServerKey, serving: Serving, now: number, admission: ServingAdmission): HostStep {
  const { last } = state;
  const isOld = last !== null && last.run === key.run && last.server >= key.server;
  const isBusy = state.servers.some((served) => served.key.run !== key.run);
  const refusal = isOld
    ? 'this server is over here'
    : isBusy
      ? 'it serves another run'
      : state.isDraining
        ? 'it is being shut down'
        : admission(serving);
  if (refusal !== undefined) return { state, actions: [fault(state, key, refusal)] };
  const served: Served = {
    ...{ key, phase: 'starting', silenceNanos: serving.silenceMs * 1e6, heardAt: now },
    ...{ address: null, failure: null, hasEnded: false, asked: [] },
  };
  return {
    state: { ...state, servers: [...state.servers, served], last: key },
    actions: [statusReport(state, served), { kind: 'start', key, serving }],
  };
}

function ask(state: HostState, served: Served, question: number, about: ServerQuestion): HostStep {
  const known = served.asked.find((asked) => asked.question === question);
  if (known !== undefined || served.phase !== 'running') {
    const answer = known?.answer ?? null;
    const actions = answer === null ? [] : [answerReport(state, served.key, question, answer)];
    return { state: withServed(state, served), actions };
  }
  const asked = [...served.asked, { question, answer: null }].slice(-KEPT_QUESTIONS);
  return {
    state: withServed(state, { ...served, asked }),
    actions: [{ kind: 'ask', key: served.key, question, about }],
  };
}

function happened(state: HostState, served: Served, event: Extract<HostEvent, { readonly key: ServerKey }>): HostStep {
  const { key, phase } = served;
  switch (event.kind) {
    case 'started': {
      if (phase !== 'starting') return { state, actions: [] };
      const running: Served = { ...served, phase: 'running', address: event.address };
      return { state: withServed(state, running), actions: [statusReport(state, running)] };
    }
    case 'failed': {
      const { message, stderr } = event;
      if (phase !== 'starting' && phase !== 'running') return { state, actions: [] };
      return failed(state, served, { kind: 'failed', ...key, agent: state.agent, message, stderr: [...stderr] });
    }
    case 'answered': {
      const { question, answer } = event;
      const asked = served.asked.map((each) => (each.question === question ? { question, answer } : each));
      const actions = [answerReport(state, key, question, answer)];
      return { state: withServed(state, { ...served, asked }), actions };
    }
    case 'ended': {
      const servers =
        phase === 'stopping'
          ? state.servers.filter((other) => other !== served)
          : withServed(state, { ...served, hasEnded: true }).servers;
      const next = { ...state, servers };
      // Also after a failure: its controller need not wait for a machine that exits.
      return { state: next, actions: [endedReport(state, key), ...exit(next)] };
    }
  }
}

function failed(state: HostState, served: Served, failure: ServeReport & { readonly message: string }): HostStep {
  return {
    state: withServed(state, { ...served, phase: 'failed', failure }),
    actions: [
      { kind: 'report', report: failure },
      { kind: 'end', key: served.key, why: failure.message },
    ],
  };
}

interface ServedStep {
  /** Null: it is forgotten. */
  readonly served: Served | null;
  readonly actions: readonly HostAction[];
}

/** Sends the heartbeat, unless the controller is silent for too long. */
function tick(state: HostState, served: Served, now: number): ServedStep {
  const silence = now - served.heardAt;
  if (served.phase !== 'stopping' && silence > served.silenceNanos) {
    return stopped(served, `the controller was silent for ${Math.round(silence / 1e6)} ms`);
  }
  return { served, actions: [statusReport(state, served)] };
}

function stopped(served: Served, why: string): ServedStep {
  if (served.hasEnded) return { served: null, actions: [] };
  const actions: readonly HostAction[] = served.phase === 'stopping' ? [] : [{ kind: 'end', key: served.key, why }];
  return { served: { ...served, phase: 'stopping' }, actions };
}

/** Unlike a load, a server is ended at once: how long it will be needed is not known here. */
function drain(state: HostState): HostStep {
  let next: HostState = { ...state, isDraining: true };
  const actions: HostAction[] = [];
  for (const served of state.servers.filter(({ phase }) => phase === 'starting' || phase === 'running')) {
    const { report } = fault(state, served.key, 'it is being shut down');
    const step = failed(next, served, report);
    next = step.state;
    actions.push(...step.actions);
  }
  return { state: next, actions: [...actions, ...exit(next)] };
}

function exit({ isDraining, servers }: HostState): HostAction[] {
  return isDraining && servers.every(({ hasEnded }) => hasEnded) ? [{ kind: 'exit' }] : [];
}

function eachServer(state: HostState, step: (served: Served) => ServedStep): HostStep {
  const steps = state.servers.map(step);
  return {
    state: { ...state, servers: steps.flatMap(({ served }) => served ?? []) },
    actions: steps.flatMap(({ actions }) => actions),
  };
}

function withServed(state: HostState, served: Served): HostState {
  return { ...state, servers: state.servers.map((other) => (isSameServer(other.key, served.key) ? served : other)) };
}

/** Reports the failure of a server, or that it is alive. */
function statusReport({ agent }: HostState, { key, address, failure }: Served): HostAction {
  return { kind: 'report', report: failure ?? { kind: 'beat', ...key, agent, address } };
}

function answerReport({ agent }: HostState, key: ServerKey, question: number, answer: ServerAnswer): HostAction {
  return { kind: 'report', report: { kind: 'answer', ...key, agent, question, answer } };
}

function endedReport({ agent }: HostState, key: ServerKey): HostAction {
  return { kind: 'report', report: { kind: 'ended', ...key, agent } };
}

function fault({ agent }: HostState, key: ServerKey, message: string) {
  const report = { kind: 'fault', ...key, agent, message: message.slice(0, 4000) } as const;
  return { kind: 'report', report } as const;
}
