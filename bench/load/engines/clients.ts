import { setImmediate, setTimeout } from 'node:timers/promises';
import { threadCpuNanos } from '../../../sockets/os/cpu.ts';
import { nowNanos } from '../../measure/clock.ts';
import type { Connect } from '../clients/client.ts';
import { ClientRequests } from '../clients/requests.ts';
import type { Engine, OpeningReport, ThreadReport } from '../engine.ts';
import { LoadState } from '../ledger/load-state.ts';
import type { Assignment } from '../threads/assignment.ts';
import { LoadControl } from '../threads/control.ts';
import { LiveView } from '../threads/live.ts';
import { DemandControl } from './demand-control.ts';
import { IdleWatch } from './idle-watch.ts';

/** Connections that may be opened and not yet answered: enough to keep a server busy, too few to overflow a backlog. */
const OPENING_WINDOW = 8;
/** Longest time between two looks at what is due, over or late. Node's timers know whole milliseconds. */
const TURN_MS = 2;
/** A request that is due sooner than this is awaited awake: a timer may come that much late. */
const AWAKE_BEFORE_DUE_NANOS = 2e6;

/**
 * Load through clients of Node's, for what the kernel knows nothing of. Replies and the requests that follow them are
 * handled as Node's event loop tells of them; what follows the clock is looked at in turns between.
 */
export class ClientEngine implements Engine {
  readonly #assignment: Assignment;
  readonly #control: LoadControl;
  readonly #live: LiveView;
  readonly #state: LoadState;
  readonly #workload: ClientRequests;
  readonly #demand: DemandControl;
  /** Connections that were opened so far: the first ones. */
  #started = 0;
  /** Requests completed before measuring began. */
  #completedBefore = 0;
  #nextSweep = 0;
  /** CPU time spent waiting awake, in nanoseconds. */
  #spunNanos = 0;

  constructor(assignment: Assignment, connect: Connect) {
    this.#assignment = assignment;
    this.#control = new LoadControl(assignment.control);
    this.#live = new LiveView(assignment.live);
    this.#state = new LoadState(assignment.point.connections, this.#live, undefined, assignment.pacer !== null);
    this.#demand = new DemandControl(assignment, this.#state);
    this.#workload = new ClientRequests(assignment, this.#state, connect);
  }

  async open(): Promise<OpeningReport> {
    const workload = this.#workload;
    const connections = this.#demand.activeAtStart;
    const patience = this.#assignment.openTimeoutMs * 1e6;
    const begin = nowNanos();
    let answered = 0;
    let lastAnswer = begin;
    let now = begin;
    const watch = new IdleWatch(this.#control);
    const waiting = () => !(this.#control.ended || (watch.isIdle && workload.answered > 0));
    while (workload.answered < connections && now - lastAnswer < patience && waiting()) {
      this.#openUpTo(Math.min(connections, workload.answered + OPENING_WINDOW));
      await setTimeout(1);
      now = this.#turn();
      if (workload.answered > answered) {
        answered = workload.answered;
        lastAnswer = now;
        watch.answered();
      }
    }
    this.#openUpTo(connections);
    return {
      seconds: ((workload.answered === connections ? lastAnswer : now) - begin) / 1e9,
      opened: workload.sockets.opened,
      answered: workload.answered,
      lastErrno: workload.sockets.lastErrno,
    };
  }

  async run(): Promise<ThreadReport> {
    const schedule = await this.#control.begun();
    const state = this.#state;
    state.draining = false;
    this.#demand.begin(schedule.begin, schedule.measureEnd);
    if (schedule.warmupEnd > schedule.begin) await this.#warmUp(schedule.warmupEnd);
    this.#demand.limit(nowNanos(), this.#workload.outstanding);

    const begin = this.#startMeasuring();
    const cpuBefore = threadCpuNanos();
    const spunBefore = this.#spunNanos;
    const end = await this.#turnUntil(schedule.measureEnd);
    state.holds(this.#workload.outstanding + this.#demand.queued, end);
    const inTime = { ...state.counts };
    const report = {
      completedInTime: inTime.completed,
      bytesInTime: inTime.bytes,
      measuredSeconds: (end - begin) / 1e9,
      cpuSeconds: (threadCpuNanos() - cpuBefore) / 1e9,
      spunSeconds: (this.#spunNanos - spunBefore) / 1e9,
      fairness: state.fairness(this.#started, this.#demand.settled),
      used: this.#started,
      meanInFlight: state.inFlightNanos / (end - begin),
      gaps: state.arrivals?.gaps() ?? null,
      jitterNanos: null,
    };
    this.#live.done = true;
    await this.#finish(end, schedule.drainEnd - schedule.measureEnd);
    const { portsExhausted } = this.#workload.sockets;
    const inFlightSeconds = state.inFlightNanos / 1e9;
    return { ...report, counts: state.counts, inFlightSeconds, droppedBySockets: 0, portsExhausted };
  }

  async close(): Promise<void> {
    await this.#control.over();
    this.#workload.close();
  }

  #openUpTo(connections: number): void {
    while (this.#started < connections) this.#workload.open(this.#started++);
  }

  #flow(): void {
    this.#state.flowing = true;
    for (let c = 0; c < this.#started; c++) {
      this.#workload.resume(c);
      // One by one, as they begin: to send all of them takes a while, longer when this thread has to wait for a CPU.
      this.#state.holds(this.#workload.outstanding + this.#demand.queued, nowNanos());
    }
  }

  async #warmUp(end: number): Promise<void> {
    this.#flow();
    await this.#turnUntil(end);
    if (this.#assignment.requests === null) return;
    // Those to come are to be counted from none: what is in flight ends first.
    await this.#runDry(nowNanos() + this.#assignment.timeoutMs * 1e6);
  }

  #startMeasuring(): number {
    this.#completedBefore += this.#state.counts.completed;
    this.#state.startMeasuring(this.#workload.outstanding);
    const begin = nowNanos();
    if (!this.#state.flowing) this.#flow();
    return begin;
  }

  async #finish(end: number, patience: number): Promise<void> {
    this.#state.draining = true;
    await this.#runDry(end + patience);
    const now = nowNanos();
    this.#workload.abandon(now);
    this.#demand.abandon();
    this.#publish();
  }

  /** Takes turns until a time on the monotonic clock, or all is done. @returns the time it ended. */
  async #turnUntil(end: number): Promise<number> {
    for (let now = nowNanos(); now < end && !this.#control.ended && !this.#spent(); now = this.#turn()) {
      await this.#wait(now, end);
    }
    return nowNanos();
  }

  /** Was every request made that there should be, and has it ended? */
  #spent(): boolean {
    return this.#demand.spent && this.#neverAnswered;
  }

  /** Are all requests in flight, if any, first ones of connections that never got an answer? */
  get #neverAnswered(): boolean {
    const { outstanding, answered } = this.#workload;
    if (outstanding === 0 || outstanding > this.#started - answered) return outstanding === 0;
    return outstanding === this.#workload.neverAnswered;
  }

  /**
   * Makes no more requests, and waits for replies that are still due, but not for those of connections that never got
   * any. Arrivals that wait for a connection still get one.
   */
  async #runDry(end: number): Promise<void> {
    this.#demand.end();
    this.#state.flowing = this.#demand.queued > 0;
    const left = () => !this.#neverAnswered || this.#demand.queued > 0;
    for (let now = nowNanos(); left() && now < end && !this.#control.ended; now = this.#turn()) await setTimeout(1);
    this.#state.flowing = false;
  }

  /** Lets Node tell what came, until a request is due or the next turn is. */
  async #wait(now: number, end: number): Promise<void> {
    const due = this.#state.flowing ? (this.#demand.open?.nextDue ?? end) : end;
    const left = Math.min(due, end) - now;
    if (left > AWAKE_BEFORE_DUE_NANOS || due === end) {
      const latest = this.#demand.ramps || this.#assignment.requests !== null ? 1 : TURN_MS;
      await setTimeout(Math.max(1, Math.min(latest, Math.floor((left - AWAKE_BEFORE_DUE_NANOS) / 1e6))));
      return;
    }
    const completed = this.#state.counts.completed;
    const cpuBefore = threadCpuNanos();
    await setImmediate();
    this.#workload.pickup.look(nowNanos());
    if (this.#state.counts.completed === completed) this.#spunNanos += threadCpuNanos() - cpuBefore;
  }

  /** Looks at what is due, over or late. @returns the time before that. */
  #turn(): number {
    const workload = this.#workload;
    const now = nowNanos();
    workload.pickup.look(now);
    if (this.#demand.ramps && this.#state.flowing) this.#ramp(now);
    if (this.#state.flowing) this.#demand.dispatch(workload);
    if (now >= this.#nextSweep) this.#sweep(now);
    this.#state.holds(workload.outstanding + this.#demand.queued, now);
    this.#publish();
    return now;
  }

  /** Puts more connections to use, or fewer. */
  #ramp(now: number): void {
    const before = this.#demand.active;
    const active = this.#demand.ramp(now);
    const known = Math.min(active, this.#started);
    this.#openUpTo(active);
    for (let c = before; c < known; c++) this.#workload.resume(c);
  }

  #sweep(now: number): void {
    const timeout = this.#assignment.timeoutMs * 1e6;
    this.#demand.expire(now - timeout);
    this.#workload.sweep(now, now - timeout);
    this.#nextSweep = now + (this.#workload.needsSweep ? 5e6 : Math.min(50e6, timeout / 8));
  }

  #publish(): void {
    const { counts } = this.#state;
    this.#live.completed = this.#completedBefore + counts.completed;
    this.#live.failed = this.#state.failures;
    this.#live.bytes = counts.bytes;
  }
}
