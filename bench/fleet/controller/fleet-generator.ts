import { LOOK_NANOS, type LoadGenerator } from '../../load/load-generator.ts';
import { type LoadReport, mergeHistograms, mergeOpenings } from '../../load/load-report.ts';
import type { ProtocolNote } from '../../load/protocols/protocol.ts';
import type { OpeningReport } from '../../load/thread-report.ts';
import { type Schedule, shifted } from '../../load/threads/control.ts';
import type { LatencyName } from '../../load/threads/live.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { Histogram } from '../../measure/histogram.ts';
import { AgentError } from '../../model/errors.ts';
import type { Bus } from '../bus/bus.ts';
import type { ClockOffset } from '../clock/offset.ts';
import { FleetMerge } from '../merge/fleet-merge.ts';
import type { AgentCard } from '../model/agent-card.ts';
import type { FleetAssignment } from '../model/assignment.ts';
import type { TrialKey } from '../model/identity.ts';
import type { Report } from '../model/report.ts';
import { commandSubject } from '../model/subjects.ts';
import { START_AHEAD_MS, untilBeatMs } from '../model/timing.ts';
import { encode } from '../model/wire.ts';
import { Deferred } from './deferred.ts';
import { FleetLooks } from './fleet-looks.ts';
import { synchronize } from './synchronize.ts';
import {
  beginTrial,
  type FleetTrialAction,
  type FleetTrialEvent,
  type FleetTrialState,
  stepTrial,
} from './trial-state.ts';

/** An agent with its part of the load. */
export interface AssignedAgent {
  readonly card: AgentCard;
  readonly assignment: FleetAssignment;
}

export interface FleetTrialSettings {
  readonly bus: Bus;
  readonly key: TrialKey;
  readonly agents: readonly AssignedAgent[];
  readonly silenceMs: number;
  readonly maxClockErrorMs: number;
  /** How long before a window its agents get the start signal. It grows when that was too short. */
  readonly lead: { windowMs: number };
}

/** The load of one trial that agents make: connects the state machine of trial-state.ts with a bus and a clock. */
export class FleetGenerator implements LoadGenerator {
  readonly threads: number;
  readonly #takesTurns: boolean;
  readonly #settings: FleetTrialSettings;
  readonly #merge: FleetMerge;
  readonly #looks: FleetLooks;
  readonly #opened = new Deferred<void>();
  /** Of the present window. */
  #finished = new Deferred<void>();
  readonly #broken = new Deferred<never>();
  /** Those that wait for the counts of a look. */
  #waiting: { readonly look: number; readonly resolve: () => void }[] = [];
  /** Of the present window, by this machine's clock. */
  #schedule: Schedule = { begin: 0, warmupEnd: 0, measureEnd: 0, drainEnd: 0 };
  #offsets = new Map<string, ClockOffset>();
  #timer: NodeJS.Timeout | undefined;
  /** When the load begins: heartbeats keep away from it. */
  #begin = 0;
  #state: FleetTrialState;

  /** Sends the assignments, so that agents open their connections. */
  constructor(settings: FleetTrialSettings) {
    this.#settings = settings;
    const { key, agents, silenceMs } = settings;
    this.threads = agents.reduce((sum, { assignment }) => sum + assignment.share.threads.length, 0);
    this.#takesTurns = agents.some(({ assignment }) => assignment.windows !== undefined);
    this.#merge = new FleetMerge(agents);
    this.#looks = new FleetLooks(agents.map(({ card }) => card.agent));
    const participants = agents.map(({ card: { agent, name }, assignment }) => ({ agent, name, assignment }));
    const begun = beginTrial(key, participants, silenceMs, nowNanos());
    this.#state = begun.state;
    this.#beatLater();
    for (const action of begun.actions) this.#act(action);
  }

  get broken(): Promise<never> {
    return this.#broken.promise;
  }

  get aheadNanos(): number {
    return (this.#takesTurns ? this.#settings.lead.windowMs : START_AHEAD_MS) * 1e6;
  }

  /** Whether it has failed or was stopped. */
  get isOver(): boolean {
    return this.#state.phase === 'failed' || this.#state.phase === 'stopped';
  }

  /** Receives a report of an agent. */
  receive(report: Report): void {
    this.#step({ kind: 'report', report, now: nowNanos() });
  }

  /** Ends the trial: no agent can be reached. */
  disconnected(message: string): void {
    this.#step({ kind: 'disconnected', message });
  }

  /** Also measures the agents' clocks. @throws {AgentError} when one is not known well enough for a rate. */
  async opened(): Promise<OpeningReport> {
    await Promise.race([this.#opened.promise, this.broken]);
    await Promise.race([this.#synchronize(), this.broken]);
    const states = [...this.#state.agents.values()].map(({ state }) => state);
    return mergeOpenings(states.flatMap((state) => (state?.phase === 'open' ? [state.opening] : [])));
  }

  foundIdle(): void {
    this.#step({ kind: 'found-idle' });
  }

  go(schedule: Schedule): void {
    // Windows begin so often that heartbeats would always be put off.
    if (!this.#takesTurns) {
      this.#begin = schedule.begin;
      this.#beatLater();
    }
    this.#merge.begin(schedule.begin);
    this.#looks.clear();
    this.#finished = new Deferred();
    this.#schedule = schedule;
    const schedules = new Map(
      [...this.#offsets].map(([agent, { offsetNanos }]): [string, Schedule] => [agent, shifted(schedule, offsetNanos)]),
    );
    this.#step({ kind: 'start', schedules });
  }

  async settled(look: number): Promise<number> {
    if (!this.#looks.isKnown(look)) {
      const known = new Promise<void>((resolve) => this.#waiting.push({ look, resolve }));
      await Promise.race([known, this.broken]);
    }
    this.#looks.goTo(look);
    const { warmupEnd, measureEnd } = this.#schedule;
    return Math.min(warmupEnd + look * LOOK_NANOS, measureEnd);
  }

  async finished(): Promise<LoadReport> {
    await Promise.race([this.#finished.promise, this.broken]);
    const report = this.#merge.report(this.#offsets);
    if (this.#takesTurns) this.#adaptLead(report);
    const notes = [...(report.notes ?? []), ...this.#clockNotes(), ...this.#lateNotes(report)];
    return notes.length === 0 ? report : { ...report, notes };
  }

  completed(): number {
    return this.#looks.sum(({ completed }) => completed);
  }

  failed(): number {
    return this.#looks.sum(({ failed }) => failed);
  }

  bytes(): number {
    return this.#looks.sum(({ bytes }) => bytes);
  }

  inFlight(): number {
    return this.#looks.sum(({ inFlight }) => inFlight);
  }

  doneNanos(): number | undefined {
    return this.#looks.doneNanos((agent) => this.#offsets.get(agent)?.offsetNanos ?? 0);
  }

  latencies(name: LatencyName): Histogram {
    return mergeHistograms([this.#merge.latencies], name);
  }

  async stop(): Promise<void> {
    this.#step({ kind: 'stop' });
    clearTimeout(this.#timer);
  }

  /** Ticks at the time of the next heartbeat, and from then on. */
  #beatLater(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        this.#beatLater();
        this.#step({ kind: 'tick', now: nowNanos() });
      },
      untilBeatMs(nowNanos(), this.#begin),
    );
  }

  async #synchronize(): Promise<void> {
    const { bus, agents, maxClockErrorMs } = this.#settings;
    const offsets = await synchronize(
      bus,
      agents.map(({ card }) => card.agent),
    );
    for (const { card, assignment } of agents) {
      const offset = offsets.get(card.agent);
      if (!offset) throw new AgentError(`agent ${card.name} did not show its clock: its machine or its network failed`);
      if (assignment.arrivals !== null && offset.uncertaintyNanos > maxClockErrorMs * 1e6) {
        throw new AgentError(`${clockText(card, offset)}, too little for a rate: ${CLOCK_ADVICE}`);
      }
      this.#offsets.set(card.agent, offset);
    }
  }

  /** Notes clocks that are not known well, in a closed loop. */
  #clockNotes(): ProtocolNote[] {
    const { agents, maxClockErrorMs } = this.#settings;
    const worst = agents
      .map(({ card }) => ({ card, offset: this.#offsets.get(card.agent) as ClockOffset }))
      .sort((a, b) => b.offset.uncertaintyNanos - a.offset.uncertaintyNanos)[0];
    if (worst === undefined || worst.offset.uncertaintyNanos <= maxClockErrorMs * 1e6) return [];
    const message = `${clockText(worst.card, worst.offset)}, so agents began at different times: ${CLOCK_ADVICE}`;
    return [{ code: 'clock-uncertain', message }];
  }

  /** Gives the start signal earlier when it came too late. */
  #adaptLead({ agents = [] }: LoadReport): void {
    const { lead } = this.#settings;
    const isLate = agents.some(({ startLagMicros }) => startLagMicros > LATE_MICROS);
    if (isLate) lead.windowMs = Math.min(2 * lead.windowMs, START_AHEAD_MS);
  }

  /** Notes agents that began so late that measuring had begun. */
  #lateNotes({ agents = [] }: LoadReport): ProtocolNote[] {
    const { begin, warmupEnd } = this.#schedule;
    const warmupMicros = (warmupEnd - begin) / 1e3;
    const late = agents.filter(({ startLagMicros }) => startLagMicros > warmupMicros + LATE_MICROS);
    if (late.length === 0) return [];
    const names = late.map(({ name, startLagMicros }) => `${name} by ${(startLagMicros / 1e3).toFixed(1)} ms`);
    const message =
      `agents began after measuring had: ${names.join(', ')}: use a longer --warmup, ` +
      'or end other programs on their machines';
    return [{ code: 'agent-late', message }];
  }

  #step(event: FleetTrialEvent): void {
    const { state, actions } = stepTrial(this.#state, event);
    this.#state = state;
    for (const action of actions) this.#act(action);
  }

  #act(action: FleetTrialAction): void {
    switch (action.kind) {
      case 'send':
        this.#settings.bus.publish(commandSubject(action.agent), encode(action.command));
        return;
      case 'part':
        this.#merge.add(action.agent, action.part);
        return;
      case 'progress':
        this.#looks.add(action.agent, action.progress);
        this.#wake();
        return;
      case 'opened':
        this.#opened.resolve();
        return;
      case 'finished':
        this.#finished.resolve();
        return;
      case 'failed':
        clearTimeout(this.#timer);
        this.#broken.reject(new AgentError(action.message));
    }
  }

  #wake(): void {
    const settled = this.#waiting.filter(({ look }) => this.#looks.isKnown(look));
    if (settled.length === 0) return;
    this.#waiting = this.#waiting.filter((waiter) => !settled.includes(waiter));
    for (const { resolve } of settled) resolve();
  }
}

/** Beyond this an agent is late: the most that several starts on one machine differ. */
const LATE_MICROS = 5000;

const CLOCK_ADVICE = 'choose agents nearer to this machine, wait until all are calmer, or raise --max-clock-error';

function clockText({ name }: AgentCard, { uncertaintyNanos }: ClockOffset): string {
  return `the clock of agent ${name} is known to ±${(uncertaintyNanos / 1e6).toFixed(2)} ms`;
}
