import * as z from 'zod';
import { nowNanos } from '../../measure/clock.ts';
import { ServiceError } from '../../model/errors.ts';
import { answerClock } from '../bus/answer-clock.ts';
import type { Bus, BusMessage } from '../bus/bus.ts';
import { type AgentCard, PROTOCOL_VERSION } from '../model/agent-card.ts';
import { commandSchema } from '../model/command.ts';
import { newAgentId, type TrialKey, trialKeyShape } from '../model/identity.ts';
import { commandSubject, PING_SUBJECT, reportSubject } from '../model/subjects.ts';
import { untilBeatMs } from '../model/timing.ts';
import { decode, encode, whyNotDecoded } from '../model/wire.ts';
import { connectionsOf } from '../schedule/shares.ts';
import type { OpenLoad, RunningLoad } from './agent-load.ts';
import type { Admission, AgentAction, AgentEvent } from './agent-state.ts';
import { type AgentTurns, idleTurns, stepTurns } from './agent-turns.ts';

/** What an agent is, and what it may do. */
export interface AgentSettings {
  readonly bus: Bus;
  /** Its card, without what changes. */
  readonly card: Omit<AgentCard, 'protocol' | 'agent' | 'state'>;
  readonly admission: Admission;
  readonly openLoad: OpenLoad;
  /** Reports what happens, one line each. */
  log(line: string): void;
}

/**
 * Serves controllers, one trial at a time, until the signal aborts and the trial in progress is over. What fails is
 * reported to the controller, and in the log.
 * @param signal drains it.
 * @throws {ServiceError} when the connection to NATS is closed for good.
 */
export async function serveAsAgent(settings: AgentSettings, signal: AbortSignal): Promise<void> {
  const agent = new Agent(settings);
  settings.log(`agent ${settings.card.name} waits for runs`);
  const drain = () => agent.step({ kind: 'drain' });
  if (signal.aborted) drain();
  else signal.addEventListener('abort', drain, { once: true });
  try {
    await agent.exited;
  } finally {
    agent.close();
    signal.removeEventListener('abort', drain);
  }
}

/** Connects the state machine of agent-turns.ts with a bus, a clock and a load. */
class Agent {
  /** Rejects when the connection is closed for good. */
  readonly exited: Promise<void>;
  readonly #settings: AgentSettings;
  #timer: NodeJS.Timeout | undefined;
  /** When the last load began, or will. */
  #begin = 0;
  readonly #subscriptions: readonly (() => void)[];
  #state: AgentTurns = idleTurns(newAgentId());
  /** By run and trial. */
  readonly #loads = new Map<string, RunningLoad>();
  /** Resolves when the loads before the present ones have ended. */
  #previous: Promise<void> = Promise.resolve();
  #exit: () => void = () => {};
  #fail: (error: Error) => void = () => {};

  constructor(settings: AgentSettings) {
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
    this.#beatLater();
  }

  step(event: AgentEvent): void {
    const { state, actions } = stepTurns(this.#state, event, this.#settings.admission);
    this.#state = state;
    for (const action of actions) this.#act(action);
  }

  #act(action: AgentAction): void {
    const { bus, log } = this.#settings;
    switch (action.kind) {
      case 'report':
        bus.publish(reportSubject(action.report.run), encode(action.report));
        if (action.report.kind === 'fault') log(`refused or ended a trial: ${action.report.message}`);
        return;
      case 'open':
        this.#open(action);
        return;
      case 'start': {
        const aheadMs = Math.round((action.schedule.begin - nowNanos()) / 1e6);
        // Windows begin so often that heartbeats would always be put off.
        if (action.window === undefined) {
          log(`trial ${action.key.trial} begins in ${aheadMs} ms`);
          this.#begin = action.schedule.begin;
          this.#beatLater();
        }
        this.#loads.get(nameOf(action.key))?.start(action.schedule);
        return;
      }
      case 'found-idle':
        this.#loads.get(nameOf(action.key))?.foundIdle();
        return;
      case 'end':
        log(`trial ${action.key.trial} is over: ${action.why}`);
        this.#end(action.key);
        return;
      case 'exit':
        void this.#leave();
    }
  }

  #open({ key, assignment }: AgentAction & { readonly kind: 'open' }): void {
    const { point, share, address } = assignment;
    this.#settings.log(
      `trial ${key.trial}: ${connectionsOf(assignment)} of ${point.connections} connections, in ${share.threads.length} of ` +
        `${share.of} threads, to ${address.host} port ${address.port}`,
    );
    const open = () => this.#settings.openLoad(assignment, key, (event) => this.step(event));
    let opened: RunningLoad | undefined;
    let hasEnded = false;
    // The one before may still be closing its connections.
    const opening = this.#previous.then(() => {
      if (!hasEnded) opened = open();
    });
    this.#loads.set(nameOf(key), {
      start: (schedule) => opened?.start(schedule),
      foundIdle: () => opened?.foundIdle(),
      end: async () => {
        hasEnded = true;
        await opening;
        await opened?.end();
      },
    });
  }

  #end(key: TrialKey): void {
    const load = this.#loads.get(nameOf(key));
    if (load === undefined) return;
    this.#loads.delete(nameOf(key));
    const previous = this.#previous;
    this.#previous = load.end().then(() => previous);
  }

  /** Ticks at the time of the next heartbeat, and from then on. */
  #beatLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#beatLater();
        this.step({ kind: 'tick', now: nowNanos() });
      },
      untilBeatMs(nowNanos(), this.#begin),
    );
  }

  /** Receives nothing any more. */
  close(): void {
    clearTimeout(this.#timer);
    for (const end of this.#subscriptions) end();
  }

  async #leave(): Promise<void> {
    this.close();
    await this.#previous;
    this.#exit();
  }

  #introduce({ reply }: BusMessage): void {
    if (reply === undefined) return;
    const { agent, places } = this.#state;
    const isIdle = places.every(({ task }) => task === null);
    const state = places.some(({ isDraining }) => isDraining) ? 'draining' : isIdle ? 'idle' : 'busy';
    const card: AgentCard = { ...this.#settings.card, protocol: PROTOCOL_VERSION, agent, state };
    this.#settings.bus.publish(reply, encode(card));
  }

  #obey({ data }: BusMessage): void {
    const command = decode(commandSchema, data);
    if (command === undefined) this.#refuse(data);
    else this.step({ kind: 'command', command, now: nowNanos() });
  }

  /** Tells a controller that its command is not valid, so that it need not wait. */
  #refuse(data: Uint8Array): void {
    const why = whyNotDecoded(commandSchema, data);
    this.#settings.log(`refused a command that is not valid: ${why}`);
    const key = decode(z.object(trialKeyShape), data);
    if (key === undefined) return;
    const message = `the command is not valid here (${why}): use the same version of sockbench on all machines`;
    this.#act({ kind: 'report', report: { kind: 'fault', ...key, agent: this.#state.agent, message } });
  }
}

function nameOf({ run, trial }: TrialKey): string {
  return `${run} ${trial}`;
}
