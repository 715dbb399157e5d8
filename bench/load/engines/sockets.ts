import { threadCpuNanos } from '../../../sockets/os/cpu.ts';
import { Epoll } from '../../../sockets/polling/epoll.ts';
import { nowNanos } from '../../measure/clock.ts';
import { KernelClock } from '../../measure/kernel-clock.ts';
import { LoadState } from '../ledger/load-state.ts';
import type { TargetSelection } from '../targets/selection.ts';
import type { OpeningReport, ThreadReport } from '../thread-report.ts';
import type { Assignment } from '../threads/assignment.ts';
import { LoadControl } from '../threads/control.ts';
import { LiveView } from '../threads/live.ts';
import { TURN_EVENTS, type Workload } from '../workload.ts';
import { DemandControl } from './demand-control.ts';
import { EventWait, GATHERED } from './event-wait.ts';
import { IdleWatch } from './idle-watch.ts';
import { LoadStart } from './load-start.ts';
import type { MakeWorkload } from './workloads.ts';

/**
 * Maximum number of unanswered connections while opening: enough to keep a server busy, too few to overflow a backlog.
 */
const OPENING_WINDOW = 8;
/** When at least this many replies were found where they were expected, epoll is not asked in the same turn. */
const ENOUGH = 16;
/** Every TURNS_PER_WAIT-th turn asks epoll without guessing first, for events that are not expected. */
const TURNS_PER_WAIT = 16;
/** Longest wait for events, so that the end is noticed. */
const MAX_WAIT_MS = 20;
/** How long after its start a load is swept first: at the start, requests are more urgent. */
const FIRST_SWEEP_NANOS = 20e6;

/**
 * Runs one thread's load through opening, warm-up, measuring and drain: a loop around a workload. Epoll, or the workload
 * itself, reports the events. The methods are called in the order `open`, `run`, `close`, each once, except that `run` is
 * called once per window.
 */
export class SocketEngine {
  readonly #assignment: Assignment;
  readonly #control: LoadControl;
  readonly #live: LiveView;
  readonly #state: LoadState;
  readonly #epoll = new Epoll(TURN_EVENTS);
  readonly #workload: Workload;
  readonly #events: EventWait;
  readonly #demand: DemandControl;
  readonly #start: LoadStart;
  /** Number of connections that were opened so far: the first ones. */
  #started = 0;
  #nextSweep = 0;
  #turns = 0;

  /**
   * @param makeWorkload creates what the clients of the assignment run.
   * @param targets that of the assignment's selection, if there is one.
   */
  constructor(assignment: Assignment, makeWorkload: MakeWorkload, targets?: TargetSelection) {
    const { point, timestamps, cpus } = assignment;
    this.#assignment = assignment;
    this.#control = new LoadControl(assignment.control);
    this.#live = new LiveView(assignment.live);
    const stamped = point.workload === 'request-response' || point.workload === 'broadcast';
    const clock = timestamps === 'kernel' && stamped ? new KernelClock() : undefined;
    this.#state = new LoadState(point.connections, this.#live, clock, assignment.pacer !== null);
    if (targets !== undefined) this.#state.targets = targets;
    this.#demand = new DemandControl(assignment, this.#state);
    this.#events = new EventWait(this.#epoll, cpus.length > 0, point.transport === 'udp' ? point.pipelining : 0);
    this.#workload = makeWorkload(this.#state, this.#epoll);
    this.#start = new LoadStart(this.#state, this.#workload);
  }

  /**
   * Opens the connections that the load begins with, and waits until each was answered once. It stops waiting when no
   * further one is answered for `openTimeoutMs`, or when the generator gives up opening and some were answered. Then it
   * opens the rest without waiting, and returns.
   */
  open(): OpeningReport {
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
      now = this.#turn(MAX_WAIT_MS);
      if (workload.answered > answered) {
        answered = workload.answered;
        lastAnswer = now;
        watch.answered();
      }
    }
    this.#openUpTo(connections);
    this.#turn(0);
    return {
      seconds: ((workload.answered === connections ? lastAnswer : now) - begin) / 1e9,
      opened: workload.sockets.opened,
      answered: workload.answered,
      lastErrno: workload.sockets.lastErrno,
      examples: this.#state.badReplies.examples(),
    };
  }

  /** Waits for the start signal, then applies the load, measures and drains. */
  run(): ThreadReport {
    const schedule = this.#control.waitForGo();
    const state = this.#state;
    state.draining = false;
    this.#demand.begin(schedule.begin, schedule.measureEnd);
    this.#nextSweep = schedule.begin + FIRST_SWEEP_NANOS;
    const isWarmedUp = schedule.warmupEnd > schedule.begin;
    this.#start.rehearse(this.#started, () => this.#flow());
    this.#start.wait(this.#control, schedule);
    if (isWarmedUp) this.#flow();
    if (isWarmedUp) this.#warmUp(schedule.warmupEnd);
    this.#demand.limit(nowNanos(), this.#workload.outstanding);

    const begin = this.#startMeasuring();
    const cpuBefore = threadCpuNanos();
    const spunBefore = this.#events.spunNanos;
    const end = this.#turnUntil(schedule.measureEnd);
    state.holds(this.#workload.outstanding + this.#demand.queued, end);
    this.#workload.stopMeasuring?.();
    const inTime = { ...state.counts };
    const report = {
      startedNanos: this.#start.startedNanos,
      completedInTime: inTime.completed,
      bytesInTime: inTime.bytes,
      measuredSeconds: (end - begin) / 1e9,
      cpuSeconds: (threadCpuNanos() - cpuBefore) / 1e9,
      spunSeconds: (this.#events.spunNanos - spunBefore) / 1e9,
      fairness: state.fairness(this.#started, this.#demand.settled),
      used: this.#started,
      meanInFlight: state.inFlightNanos / (end - begin),
      // What was sent together has no distances of its own.
      gaps: this.#events.gathered ? null : (state.arrivals?.gaps() ?? null),
      jitterNanos: this.#workload.jitterNanos ?? null,
    };
    this.#live.done = true;
    this.#finish(end, schedule.drainEnd - schedule.measureEnd);
    const { dropped = 0, portsExhausted = 0 } = this.#workload.sockets;
    const { deliveries, statuses, notes = [] } = this.#workload;
    const allNotes = this.#events.gathered ? [...notes, GATHERED] : notes;
    const examples = state.badReplies.examples();
    return {
      ...report,
      counts: state.counts,
      inFlightSeconds: state.inFlightNanos / 1e9,
      ...(state.targets && { targets: state.targets.report() }),
      droppedBySockets: dropped,
      portsExhausted,
      ...(statuses && { statuses }),
      ...(allNotes.length > 0 && { notes: allNotes }),
      ...(state.badReplies.refusals > 0 && { refusals: state.badReplies.refusals }),
      ...(examples && { examples }),
      ...(deliveries && { deliveries }),
    };
  }

  /** Whether the generator was stopped: nothing waits for windows that it has left. */
  get hasEnded(): boolean {
    return this.#control.ended;
  }

  /**
   * Keeps the connections until the generator is stopped, so that the server's memory for them can still be measured,
   * then closes them.
   */
  close(): void {
    this.#control.waitForEnd();
    this.#workload.close();
    this.#epoll.close();
  }

  #openUpTo(connections: number): void {
    while (this.#started < connections) this.#workload.open(this.#started++);
  }

  #flow(): void {
    this.#start.flow(this.#started, this.#demand.open === undefined);
  }

  #warmUp(end: number): void {
    this.#turnUntil(end);
    if (this.#assignment.requests === null) return;
    // The limit counts from zero, so requests in flight end first.
    this.#runDry(nowNanos() + this.#assignment.timeoutMs * 1e6);
  }

  #startMeasuring(): number {
    this.#state.startMeasuring(this.#workload.outstanding);
    this.#workload.startMeasuring?.();
    this.#live.isMeasuring = true;
    const begin = nowNanos();
    if (!this.#state.flowing) this.#flow();
    return begin;
  }

  #finish(end: number, patience: number): void {
    this.#state.draining = true;
    this.#runDry(end + patience);
    const now = nowNanos();
    this.#workload.abandon(now);
    this.#demand.abandon();
    this.#state.publish();
  }

  /** Turns the loop until a time on the monotonic clock, or until all requests are done. @returns the time it ended. */
  #turnUntil(end: number): number {
    let now = nowNanos();
    while (now < end && !this.#control.ended && !this.#spent()) now = this.#turn((end - now) / 1e6);
    return nowNanos();
  }

  /** Reports whether every request of the limit was made, and has ended or will never be answered. */
  #spent(): boolean {
    return this.#demand.spent && this.#neverAnswered;
  }

  /** Whether requests in flight, if any, are all first requests of connections that never received a reply. */
  get #neverAnswered(): boolean {
    const { outstanding, answered } = this.#workload;
    if (outstanding === 0 || outstanding > this.#started - answered) return outstanding === 0;
    return outstanding === this.#workload.neverAnswered;
  }

  /**
   * Makes no more requests, and waits for outstanding replies, except on connections that never received any. Arrivals
   * that wait for a connection still get one.
   */
  #runDry(end: number): void {
    this.#demand.end();
    this.#state.flowing = this.#demand.queued > 0;
    const left = () => !this.#neverAnswered || this.#demand.queued > 0;
    for (let now = nowNanos(); left() && now < end && !this.#control.ended; ) now = this.#turn(1);
    this.#state.flowing = false;
  }

  /** Waits for events, at most `waitMs`, and handles them. @returns the time before they were handled. */
  #turn(waitMs: number): number {
    const workload = this.#workload;
    const patience = Math.min(this.#demand.ramps ? 1 : MAX_WAIT_MS, Math.ceil(waitMs));
    const now = workload.exchange === undefined ? this.#poll(patience) : this.#exchange(workload, patience);
    if (this.#demand.ramps && this.#state.flowing) this.#ramp(now);
    if (now >= this.#nextSweep) this.#sweep(now);
    this.#state.holds(workload.outstanding + this.#demand.queued, now);
    this.#state.publish();
    return now;
  }

  /** Runs one turn with epoll. @returns the time before events were handled. */
  #poll(patience: number): number {
    const epoll = this.#epoll;
    const workload = this.#workload;
    const open = this.#state.flowing ? this.#demand.open : undefined;
    const found = ++this.#turns % TURNS_PER_WAIT === 0 ? 0 : workload.readExpected();
    const wait = found > 0 ? 0 : patience;
    const ready =
      found >= ENOUGH
        ? 0
        : open === undefined
          ? this.#events.wait(wait)
          : this.#events.waitUntil(open.nextDue, wait * 1e6);
    const now = nowNanos();
    for (let i = 0; i < ready; i++) workload.ready(epoll.dataAt(i), epoll.eventsAt(i));
    if (open !== undefined) this.#demand.dispatch(workload);
    workload.settle();
    return now;
  }

  /** Runs one turn of a workload that waits by itself. @returns the time before events were handled. */
  #exchange(workload: Workload, patience: number): number {
    const open = this.#state.flowing ? this.#demand.open : undefined;
    if (open === undefined) return workload.exchange?.(patience * 1e6) ?? nowNanos();
    const now = this.#events.exchangeUntil(workload, open.nextDue, patience * 1e6, this.#demand.gapNanos);
    this.#demand.dispatch(workload);
    return now;
  }

  /** Changes the number of connections in use. */
  #ramp(now: number): void {
    const before = this.#demand.active;
    const active = this.#demand.ramp(now);
    const known = Math.min(active, this.#started);
    this.#openUpTo(active);
    for (let c = before; c < known; c++) this.#workload.resume(c);
  }

  #sweep(now: number): void {
    const timeout = this.#assignment.timeoutMs * 1e6;
    this.#demand.look(now);
    this.#demand.expire(now - timeout);
    this.#workload.sweep(now, now - timeout);
    this.#state.kernelClock?.synchronize();
    this.#nextSweep = now + (this.#workload.needsSweep ? 5e6 : Math.min(50e6, timeout / 8));
  }
}
