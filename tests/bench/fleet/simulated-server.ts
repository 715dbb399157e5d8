import {
  beginServer,
  type RemoteServerAction,
  type RemoteServerEvent,
  type RemoteServerState,
  stepServer,
} from '../../../bench/fleet/controller/remote-server-state.ts';
import type { ServeCommand, ServeReport, Serving } from '../../../bench/fleet/model/serving.ts';
import { BEAT_MS } from '../../../bench/fleet/model/timing.ts';
import { type HostEvent, type HostState, idleHost, stepHost } from '../../../bench/fleet/serve/host-state.ts';
import { type Fate, idOf, type Mishap } from './simulated-fleet.ts';

export const serving: Serving = {
  server: { kind: 'model', model: 'epoll' },
  ...{ app: 'echo', transport: 'tcp', work: null, streamKey: null, balance: null, connections: 4, silenceMs: 1000 },
};

/** How long a server takes to start, and to end. */
const STARTING_MS = 80;
const ENDING_MS = 60;
const QUESTIONS = 5;
const BETWEEN_QUESTIONS_MS = 400;

/**
 * A controller, and a machine that starts servers, with a simulated clock: the state machines are the real ones. The
 * controller starts one server, asks it some questions and stops it. Mishaps of `whose` 0 are the machine's.
 */
export class SimulatedServer {
  readonly #fate: Fate;
  readonly #mishaps: readonly Mishap[];
  readonly #queue: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  #host: HostState = idleHost(idOf(0));
  #controller: RemoteServerState;
  #now = 0;
  #order = 0;
  #asked = 0;
  /** Servers that run, and when the last ended. */
  running = 0;
  starts = 0;
  endedAt: number | undefined;
  readonly answers: number[] = [];
  /** Times at which the server was read, by question. */
  readonly reads: number[] = [];
  failure: { readonly of: string; readonly message: string; readonly atMs: number } | undefined;
  /** When the controller learnt that nothing is left. */
  overAt: number | undefined;
  readonly #stopsAfterMs: number;
  #hasExited = false;

  /** @param stopsAfterMs how long after a failure the controller stops the server. */
  constructor(fate: Fate, mishaps: readonly Mishap[], stopsAfterMs = 0) {
    this.#fate = fate;
    this.#stopsAfterMs = stopsAfterMs;
    this.#mishaps = mishaps;
    const key = { run: '0'.repeat(32), server: 1 };
    const begun = beginServer({ key, agent: idOf(0), name: 'host-0', serving }, 0);
    this.#controller = begun.state;
    for (const action of begun.actions) this.#do(action);
    this.#every(-1, () => this.#step({ kind: 'tick', now: this.#now * 1e6 }));
    this.#every(0, () => this.event({ kind: 'tick', now: this.#now * 1e6 }));
  }

  runUntil(end: number): void {
    for (;;) {
      this.#queue.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.#queue[0];
      if (next === undefined || next.at > end) break;
      this.#queue.shift();
      this.#now = next.at;
      next.run();
    }
    this.#now = end;
  }

  /** Lets something happen to the machine's server at a time. */
  happens(atMs: number, event: HostEvent): void {
    this.#onMachine(0, atMs, () => this.event(event));
  }

  event(event: HostEvent): void {
    if (this.#hasExited) return;
    const { state, actions } = stepHost(this.#host, event, () => undefined);
    this.#host = state;
    for (const action of actions) {
      if (action.kind === 'report') this.#report(action.report);
      if (action.kind === 'start') this.#start(action.key);
      if (action.kind === 'ask') {
        this.reads.push(action.question);
        this.event({ kind: 'answered', key: action.key, question: action.question, answer: { kind: 'watch' } });
      }
      if (action.kind === 'end') this.#end(action.key);
      if (action.kind === 'exit') this.#hasExited = true;
    }
  }

  #start(key: RemoteServerState['key']): void {
    this.running++;
    this.starts++;
    const address = { host: '10.0.0.7', port: 7000 };
    this.#onMachine(0, this.#now + STARTING_MS, () => this.event({ kind: 'started', key, address }));
  }

  #end(key: RemoteServerState['key']): void {
    this.#onMachine(0, this.#now + ENDING_MS, () => {
      if (this.running > 0) this.running--;
      this.endedAt = this.#now;
      this.event({ kind: 'ended', key });
    });
  }

  #step(event: RemoteServerEvent): void {
    const { state, actions } = stepServer(this.#controller, event);
    this.#controller = state;
    for (const action of actions) this.#do(action);
  }

  #do(action: RemoteServerAction): void {
    switch (action.kind) {
      case 'send':
        this.#command(action.command);
        return;
      case 'running':
        this.#ask();
        return;
      case 'answered':
        this.answers.push(action.question);
        this.#onMachine(-1, this.#now + BETWEEN_QUESTIONS_MS, () => this.#ask());
        return;
      case 'failed':
        this.failure = { of: action.of, message: action.message, atMs: this.#now };
        if (this.#stopsAfterMs === 0) this.#step({ kind: 'stop' });
        else this.#onMachine(-1, this.#now + this.#stopsAfterMs, () => this.#step({ kind: 'stop' }));
        return;
      case 'ended':
        this.overAt = this.#now;
    }
  }

  #ask(): void {
    if (this.#asked === QUESTIONS) this.#step({ kind: 'stop' });
    else this.#step({ kind: 'ask', question: this.#asked++, about: { kind: 'lost' } });
  }

  #command(command: ServeCommand): void {
    this.#send(-1, 0, () => this.event({ kind: 'command', command, now: this.#now * 1e6 }));
  }

  #report(report: ServeReport): void {
    this.#send(0, -1, () => this.#step({ kind: 'report', report, now: this.#now * 1e6 }));
  }

  #send(from: number, to: number, receive: () => void): void {
    if (this.#isCut(from) || this.#isCut(to)) return;
    for (const delay of this.#fate()) {
      this.#at(this.#now + delay, () => {
        if (!this.#isCut(to)) this.#onMachine(to, this.#now, receive);
      });
    }
  }

  #at(at: number, run: () => void): void {
    this.#queue.push({ at, order: this.#order++, run });
  }

  #every(whose: number, run: () => void): void {
    const tick = () => {
      run();
      this.#onMachine(whose, this.#now + BEAT_MS, tick);
    };
    this.#onMachine(whose, this.#now + BEAT_MS, tick);
  }

  /** Runs work of a machine at a time: later when it is paused, never when it was killed. */
  #onMachine(whose: number, at: number, run: () => void): void {
    this.#at(at, () => {
      const until = this.#stoppedUntil(whose);
      if (until === undefined) run();
      else if (Number.isFinite(until)) this.#onMachine(whose, until, run);
    });
  }

  #stoppedUntil(whose: number): number | undefined {
    for (const { kind, whose: victim, atMs, lastsMs } of this.#mishaps) {
      if (victim !== whose || kind === 'cut' || this.#now < atMs) continue;
      if (kind === 'kill') return Number.POSITIVE_INFINITY;
      if (this.#now < atMs + lastsMs) return atMs + lastsMs;
    }
    return undefined;
  }

  #isCut(whose: number): boolean {
    return this.#mishaps.some(
      ({ kind, whose: victim, atMs, lastsMs }) =>
        kind === 'cut' && victim === whose && this.#now >= atMs && this.#now < atMs + lastsMs,
    );
  }
}
