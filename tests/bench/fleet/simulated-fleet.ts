import { type AgentEvent, type AgentState, idleAgent, stepAgent } from '../../../bench/fleet/agent/agent-state.ts';
import {
  beginTrial,
  type FleetTrialAction,
  type FleetTrialState,
  stepTrial,
} from '../../../bench/fleet/controller/trial-state.ts';
import type { Command } from '../../../bench/fleet/model/command.ts';
import type { Part } from '../../../bench/fleet/model/part.ts';
import type { AgentProgress, Report } from '../../../bench/fleet/model/report.ts';
import { BEAT_MS } from '../../../bench/fleet/model/timing.ts';
import { assignment } from './assignments.ts';

/** What the network does with a message: delays in ms, one for each copy; none when it is lost. */
export type Fate = () => readonly number[];

/** What happens to one machine. */
export interface Mishap {
  /** `kill`: it stops for ever. `pause`: it does nothing for some time, as after SIGSTOP. `cut`: its messages are lost. */
  readonly kind: 'kill' | 'pause' | 'cut';
  /** Number of an agent; -1: the controller. */
  readonly whose: number;
  readonly atMs: number;
  readonly lastsMs: number;
}

/** How long a load is opened and measured. */
const OPENING_MS = 50;
const MEASURED_MS = 2000;
const AHEAD_MS = 500;

interface SimulatedAgent {
  state: AgentState;
  /** When its load began, and until when it lasts; null: there is none. */
  load: { readonly beganAt: number; startAt: number | null } | null;
  /** Intervals in which it sent load. */
  readonly loads: { readonly from: number; to: number }[];
  sent: number;
}

/**
 * A controller and its agents on simulated machines, with a simulated clock: the state machines are the real ones. Each
 * agent sends a request a millisecond, and reports each second how many it sent.
 */
export class SimulatedFleet {
  readonly agents: SimulatedAgent[];
  readonly #fate: Fate;
  readonly #mishaps: readonly Mishap[];
  readonly #queue: { readonly at: number; readonly order: number; readonly run: () => void }[] = [];
  #controller: FleetTrialState;
  #now = 0;
  #order = 0;
  /** How the trial ended, if it did. */
  outcome: { readonly kind: 'finished' | 'failed'; readonly atMs: number; readonly message: string } | undefined;
  /** Values received of each agent. */
  readonly received = new Map<string, number>();

  constructor(count: number, fate: Fate, mishaps: readonly Mishap[]) {
    this.#fate = fate;
    this.#mishaps = mishaps;
    this.agents = Array.from({ length: count }, (_, i) => ({
      state: idleAgent(idOf(i)),
      load: null,
      loads: [],
      sent: 0,
    }));
    const participants = this.agents.map((_, i) => ({
      agent: idOf(i),
      name: `host-${i}`,
      assignment: assignment({ share: { threads: [i], of: count }, silenceMs: 1000 }),
    }));
    const begun = beginTrial({ run: '0'.repeat(32), trial: 1 }, participants, 1000, 0);
    this.#controller = begun.state;
    this.#doAll(begun.actions);
    this.#every(-1, () => this.#step({ kind: 'tick', now: this.#now * 1e6 }));
    for (const i of this.agents.keys()) this.#every(i, () => this.#event(i, { kind: 'tick', now: this.#now * 1e6 }));
  }

  /** Runs the simulation until a time, in milliseconds. */
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

  /** Returns when an agent last sent load; undefined when it never did. Load without an end lasts until now. */
  lastLoadAt(i: number): number | undefined {
    const agent = this.agents[i] as SimulatedAgent;
    return agent.loads.length === 0 ? undefined : Math.max(...agent.loads.map(({ to }) => Math.min(to, this.#now)));
  }

  isLoading(i: number): boolean {
    return this.agents[i]?.load !== null;
  }

  #at(at: number, run: () => void): void {
    this.#queue.push({ at, order: this.#order++, run });
  }

  /** Runs work of a machine at a time: later when it is paused, never when it was killed. */
  #onMachine(whose: number, at: number, run: () => void): void {
    this.#at(at, () => {
      const stopped = this.#stopped(whose);
      if (stopped === undefined) run();
      else if (Number.isFinite(stopped)) this.#onMachine(whose, stopped, run);
    });
  }

  /** Returns until when a machine does nothing; undefined when it runs. */
  #stopped(whose: number): number | undefined {
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

  #every(whose: number, run: () => void): void {
    const tick = () => {
      run();
      this.#onMachine(whose, this.#now + BEAT_MS, tick);
    };
    this.#onMachine(whose, this.#now + BEAT_MS, tick);
  }

  /** Sends a message between two machines. */
  #send(from: number, to: number, receive: () => void): void {
    if (this.#isCut(from) || this.#isCut(to)) return;
    for (const delay of this.#fate()) {
      this.#at(this.#now + delay, () => {
        if (!this.#isCut(to)) this.#onMachine(to, this.#now, receive);
      });
    }
  }

  #step(event: Parameters<typeof stepTrial>[1]): void {
    const { state, actions } = stepTrial(this.#controller, event);
    this.#controller = state;
    this.#doAll(actions);
  }

  #doAll(actions: readonly FleetTrialAction[]): void {
    for (const action of actions) this.#do(action);
  }

  #do(action: FleetTrialAction): void {
    switch (action.kind) {
      case 'send':
        this.#command(indexOf(action.agent), action.command);
        return;
      case 'opened': {
        const begin = (this.#now + AHEAD_MS) * 1e6;
        const end = begin + MEASURED_MS * 1e6;
        const schedule = { begin, warmupEnd: begin, measureEnd: end, drainEnd: end };
        this.#step({ kind: 'start', schedules: new Map(this.agents.map((_, i) => [idOf(i), schedule])) });
        return;
      }
      case 'part': {
        const { part, agent } = action;
        if (part.kind === 'latencies') this.received.set(agent, (this.received.get(agent) ?? 0) + part.delta.sum);
        return;
      }
      case 'finished':
      case 'failed': {
        const message = action.kind === 'failed' ? action.message : '';
        this.outcome ??= { kind: action.kind, atMs: this.#now, message };
        if (action.kind === 'finished') this.#step({ kind: 'stop' });
      }
    }
  }

  #command(i: number, command: Command): void {
    this.#send(-1, i, () => this.#event(i, { kind: 'command', command, now: this.#now * 1e6 }));
  }

  #event(i: number, event: AgentEvent): void {
    const agent = this.agents[i] as SimulatedAgent;
    const { state, actions } = stepAgent(agent.state, event, () => undefined);
    agent.state = state;
    for (const action of actions) {
      if (action.kind === 'report') this.#report(i, action.report);
      if (action.kind === 'open') this.#open(i, action.key);
      if (action.kind === 'start') this.#startLoad(i, action.key, action.schedule.begin / 1e6);
      if (action.kind === 'end') this.#endLoad(i);
    }
  }

  #report(i: number, report: Report): void {
    this.#send(i, -1, () => this.#step({ kind: 'report', report, now: this.#now * 1e6 }));
  }

  #open(i: number, key: { readonly run: string; readonly trial: number }): void {
    const agent = this.agents[i] as SimulatedAgent;
    agent.load = { beganAt: this.#now, startAt: null };
    const opening = { seconds: 0, opened: 1, answered: 1, lastErrno: 0 };
    this.#onMachine(i, this.#now + OPENING_MS, () =>
      this.#event(i, { kind: 'opened', key, phase: { phase: 'open', opening } }),
    );
  }

  #startLoad(i: number, key: { readonly run: string; readonly trial: number }, begin: number): void {
    const agent = this.agents[i] as SimulatedAgent;
    const load = agent.load;
    if (load === null) return;
    load.startAt = begin;
    agent.loads.push({ from: begin, to: Number.POSITIVE_INFINITY });
    const second = (number: number) => {
      if (agent.load !== load) return;
      // A thousand values in bucket 1.
      const part: Part = { kind: 'latencies', name: 'response', delta: { sum: 1000, max: 1, buckets: 'AegH' } };
      agent.sent += 1000;
      const now = this.#now * 1e6;
      this.#event(i, { kind: 'measured', key, parts: [part], now });
      if (number * 1000 < MEASURED_MS) return this.#onMachine(i, begin + (number + 1) * 1000, () => second(number + 1));
      const end: Part = { kind: 'end', values: {} as (Part & { kind: 'end' })['values'], threads: 1 };
      const progress: AgentProgress = {
        look: 20,
        completed: agent.sent,
        failed: 0,
        bytes: 0,
        inFlight: 0,
        doneNanos: now,
      };
      this.#event(i, { kind: 'measured', key, parts: [end], now });
      this.#event(i, { kind: 'finished', key, progress });
    };
    this.#onMachine(i, begin + 1000, () => second(1));
  }

  #endLoad(i: number): void {
    const agent = this.agents[i] as SimulatedAgent;
    agent.load = null;
    const last = agent.loads.at(-1);
    if (last !== undefined && last.to === Number.POSITIVE_INFINITY) last.to = this.#now;
  }
}

export function idOf(i: number): string {
  return i.toString(16).padStart(16, '0');
}

function indexOf(agent: string): number {
  return Number.parseInt(agent, 16);
}
