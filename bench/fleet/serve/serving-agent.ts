import type { InternetAddress } from '../../../sockets/address.ts';
import { nowNanos } from '../../measure/clock.ts';
import { ServiceError, TargetError } from '../../model/errors.ts';
import type { RunningTarget } from '../../run/running-target.ts';
import { answerClock } from '../bus/answer-clock.ts';
import type { Bus, BusMessage } from '../bus/bus.ts';
import { type AgentCard, PROTOCOL_VERSION } from '../model/agent-card.ts';
import { newAgentId } from '../model/identity.ts';
import {
  MAX_STDERR_LINE,
  MAX_STDERR_LINES,
  type ServerAnswer,
  type ServerKey,
  type ServerQuestion,
  type Serving,
  serveCommandSchema,
} from '../model/serving.ts';
import { commandSubject, PING_SUBJECT, servingSubject } from '../model/subjects.ts';
import { BEAT_MS } from '../model/timing.ts';
import { decode, encode } from '../model/wire.ts';
import {
  type HostAction,
  type HostEvent,
  type HostState,
  idleHost,
  type ServingAdmission,
  stepHost,
} from './host-state.ts';

/** What a machine that starts servers is, and what it may start. */
export interface ServingSettings {
  readonly bus: Bus;
  /** Its card, without what changes. */
  readonly card: Omit<AgentCard, 'protocol' | 'agent' | 'state'>;
  readonly admission: ServingAdmission;
  /** Starts a server; rejects, with nothing left running, when that fails or the signal aborts. */
  start(serving: Serving, signal: AbortSignal): Promise<RunningTarget>;
  answer(target: RunningTarget, question: ServerQuestion): Promise<ServerAnswer>;
  /** Reports what happens, one line each. */
  log(line: string): void;
}

/**
 * Starts servers for controllers until the signal aborts, and ends all of them then.
 * @throws {ServiceError} when the connection to NATS is closed for good; no server is left then, either.
 */
export async function serveTargets(settings: ServingSettings, signal: AbortSignal): Promise<void> {
  const agent = new ServingAgent(settings);
  settings.log(`agent ${settings.card.name} waits for runs`);
  const drain = () => agent.step({ kind: 'drain' });
  if (signal.aborted) drain();
  else signal.addEventListener('abort', drain, { once: true });
  try {
    await agent.exited;
  } finally {
    await agent.close();
    signal.removeEventListener('abort', drain);
  }
}

/** A server that was started, or is being started. */
interface RunningServer {
  readonly over: AbortController;
  /** Undefined when it did not start. */
  readonly target: Promise<RunningTarget | undefined>;
}

/** Connects the state machine of host-state.ts with a bus, a clock and servers. */
class ServingAgent {
  /** Rejects when the connection is closed for good. */
  readonly exited: Promise<void>;
  readonly #settings: ServingSettings;
  readonly #timer: NodeJS.Timeout;
  readonly #subscriptions: readonly (() => void)[];
  /** By run and number; until they have ended. */
  readonly #servers = new Map<string, RunningServer>();
  /** The ends of servers, by the same keys. */
  readonly #ends = new Map<string, Promise<void>>();
  #state: HostState = idleHost(newAgentId());
  #exit: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(settings: ServingSettings) {
    this.#settings = settings;
    this.exited = new Promise((resolve, reject) => {
      this.#exit = resolve;
      this.#fail = reject;
    });
    const { bus } = settings;
    const { agent } = this.#state;
    this.#subscriptions = [
      bus.subscribe(PING_SUBJECT, (message) => this.#introduce(message)),
      answerClock(bus, agent),
      bus.subscribe(commandSubject(agent), (message) => this.#obey(message)),
    ];
    bus.onStatus(({ kind, message }) => {
      settings.log(message);
      if (kind === 'lost' || kind === 'closed') this.step({ kind: 'disconnected' });
      // It can't serve any more: whoever started it may start it again.
      if (kind === 'closed') this.#fail(new ServiceError(message));
    });
    this.#timer = setInterval(() => this.step({ kind: 'tick', now: nowNanos() }), BEAT_MS);
  }

  step(event: HostEvent): void {
    const { state, actions } = stepHost(this.#state, event, this.#settings.admission);
    this.#state = state;
    for (const action of actions) this.#act(action);
  }

  /** Receives nothing any more, and resolves when no server is left. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const end of this.#subscriptions) end();
    await Promise.all([...this.#ends.values()]);
  }

  #act(action: HostAction): void {
    const { bus, log } = this.#settings;
    switch (action.kind) {
      case 'report':
        bus.publish(servingSubject(action.report.run), encode(action.report));
        if (action.report.kind === 'fault') log(`refused or ended a server: ${action.report.message}`);
        return;
      case 'start':
        this.#start(action.key, action.serving);
        return;
      case 'ask':
        void this.#ask(action);
        return;
      case 'end':
        log(`server ${action.key.server} is over: ${action.why}`);
        this.#end(action.key);
        return;
      case 'exit':
        this.#exit();
    }
  }

  #start(key: ServerKey, serving: Serving): void {
    const { server, app, transport } = serving;
    const { start, log } = this.#settings;
    log(`server ${key.server}: ${server.kind === 'model' ? server.model : server.name}, ${app} over ${transport}`);
    const over = new AbortController();
    const starting = start(serving, over.signal);
    const target = starting.then(
      (running) => {
        running.died.catch((error: unknown) => this.#failed(key, error));
        // Unix-domain sockets are refused.
        const address = running.address as InternetAddress;
        log(`server ${key.server} listens on ${address.host} port ${address.port}`);
        this.step({ kind: 'started', key, address });
        return running;
      },
      (error: unknown) => {
        this.#failed(key, error);
        return undefined;
      },
    );
    this.#servers.set(nameOf(key), { over, target });
  }

  #failed(key: ServerKey, error: unknown): void {
    const message = (error instanceof Error ? error.message : String(error)).slice(0, 4000);
    const lines = error instanceof TargetError ? error.stderr.slice(-MAX_STDERR_LINES) : [];
    this.step({ kind: 'failed', key, message, stderr: lines.map((line) => line.slice(0, MAX_STDERR_LINE)) });
  }

  async #ask({ key, question, about }: HostAction & { readonly kind: 'ask' }): Promise<void> {
    try {
      const target = await this.#servers.get(nameOf(key))?.target;
      if (target === undefined) return;
      this.step({ kind: 'answered', key, question, answer: await this.#settings.answer(target, about) });
    } catch (error) {
      this.#failed(key, error);
    }
  }

  #end(key: ServerKey): void {
    const name = nameOf(key);
    const server = this.#servers.get(name);
    if (server === undefined) return;
    this.#servers.delete(name);
    const end = async () => {
      server.over.abort(new Error('it was stopped'));
      await (await server.target)?.stop();
      this.#ends.delete(name);
      this.step({ kind: 'ended', key });
    };
    this.#ends.set(name, end());
  }

  #introduce({ reply }: BusMessage): void {
    if (reply === undefined) return;
    const { agent, isDraining, servers } = this.#state;
    const state = isDraining ? 'draining' : servers.length === 0 ? 'idle' : 'busy';
    const card: AgentCard = { ...this.#settings.card, protocol: PROTOCOL_VERSION, agent, state };
    this.#settings.bus.publish(reply, encode(card));
  }

  #obey({ data }: BusMessage): void {
    const command = decode(serveCommandSchema, data);
    if (command !== undefined) this.step({ kind: 'command', command, now: nowNanos() });
    else this.#settings.log('refused a command that is not valid: use the same version of sockbench on all machines');
  }
}

function nameOf({ run, server }: ServerKey): string {
  return `${run} ${server}`;
}
