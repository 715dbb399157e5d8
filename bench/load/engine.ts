import { threadCpuNanos } from '../../sockets/cpu.ts';
import { Epoll } from '../../sockets/epoll.ts';
import { setTimerSlack } from '../../sockets/process.ts';
import { nowNanos } from '../measure/clock.ts';
import type { Histogram } from '../measure/histogram.ts';
import type { Assignment } from './assignment.ts';
import { LoadControl } from './control.ts';
import { type Counts, noCounts } from './counts.ts';
import { closedDemand, type Demand, OpenDemand } from './demand.ts';
import { EventWait } from './event-wait.ts';
import { LiveView } from './live.ts';
import { makePacer } from './pacers/pacer.ts';
import { type LoadState, TURN_EVENTS, type Workload } from './workload.ts';
import { DatagramWorkload } from './workloads/datagram.ts';
import { StreamWorkload } from './workloads/stream.ts';

/** How the opening of a thread's connections went. */
export interface OpeningReport {
  /** From the first connect until the last first reply, or until it was given up. */
  readonly seconds: number;
  readonly opened: number;
  readonly answered: number;
  /** The last errno that kept a connection from opening; 0 for none. */
  readonly lastErrno: number;
}

/** What a thread measured. Its histogram is in the {@link LiveView}. */
export interface ThreadReport {
  readonly counts: Counts;
  /** Requests completed before measuring ended: without those answered in the drain. */
  readonly completedInTime: number;
  readonly measuredSeconds: number;
  readonly cpuSeconds: number;
  /** Of that, time spent looking for events before going to sleep: the thread could have done more in it. */
  readonly spunSeconds: number;
  /** For Jain's index: over connections, the sum of completed requests and of their squares, and who had none. */
  readonly fairness: { readonly sum: number; readonly sumOfSquares: number; readonly starved: number };
}

/** Connections that may be opened and not yet answered: enough to keep a server busy, too few to overflow a backlog. */
const OPENING_WINDOW = 8;
/** Replies found where they were expected, from which on epoll is not asked for others in the same turn. */
const ENOUGH = 16;
/** But every so many turns it is, for what comes unexpectedly. */
const TURNS_PER_WAIT = 16;
/** Longest wait for events, so that the end is noticed. */
const MAX_WAIT_MS = 20;

/** One thread of load: an epoll loop around a workload, through opening, warm-up, measuring and drain. */
export class Engine implements LoadState {
  counts: Counts = noCounts();
  flowing = false;
  draining = false;
  demand: Demand = closedDemand;
  #open: OpenDemand | undefined;
  readonly #assignment: Assignment;
  readonly #control: LoadControl;
  readonly #live: LiveView;
  readonly #response: Histogram;
  readonly #epoll = new Epoll(TURN_EVENTS);
  readonly #workload: Workload;
  /** Requests completed by each connection since measuring began. */
  readonly #completedBy: Uint32Array;
  readonly #events: EventWait;
  /** Requests completed before measuring began. */
  #completedBefore = 0;
  #nextSweep = 0;
  #turns = 0;
  #droppedBefore = 0;

  constructor(assignment: Assignment) {
    this.#assignment = assignment;
    this.#control = new LoadControl(assignment.control);
    this.#live = new LiveView(assignment.live);
    this.#response = this.#live.response;
    const { transport, pipelining } = assignment.point;
    this.#events = new EventWait(this.#epoll, assignment.cpus.length > 0, transport === 'udp' ? pipelining : 0);
    this.#completedBy = new Uint32Array(assignment.point.connections);
    const TheWorkload = assignment.point.transport === 'tcp' ? StreamWorkload : DatagramWorkload;
    this.#workload = new TheWorkload(assignment, this, this.#epoll);
  }

  completed(connection: number, dueNanos: number, nowNanos: number): void {
    this.counts.completed++;
    this.#completedBy[connection] = (this.#completedBy[connection] as number) + 1;
    this.#response.record(nowNanos - dueNanos);
  }

  expired(dueNanos: number, nowNanos: number): void {
    this.#response.record(nowNanos - dueNanos);
  }

  /**
   * Opens every connection and waits until each was answered once. When no further one is answered for
   * `openTimeoutMs`, the rest are opened without waiting, and it returns.
   */
  open(): OpeningReport {
    const workload = this.#workload;
    const { connections } = this.#assignment.point;
    const patience = this.#assignment.openTimeoutMs * 1e6;
    const begin = nowNanos();
    let started = 0;
    let answered = 0;
    let lastAnswer = begin;
    let now = begin;
    while (workload.answered < connections && now - lastAnswer < patience && !this.#control.ended) {
      while (started < connections && started - workload.answered < OPENING_WINDOW) workload.open(started++);
      now = this.#turn(MAX_WAIT_MS);
      if (workload.answered > answered) {
        answered = workload.answered;
        lastAnswer = now;
      }
    }
    while (started < connections) workload.open(started++);
    this.#turn(0);
    return {
      seconds: ((workload.answered === connections ? lastAnswer : now) - begin) / 1e9,
      opened: workload.opened,
      answered: workload.answered,
      lastErrno: workload.lastErrno,
    };
  }

  /** Waits for the word to go, then loads, measures and drains. */
  run(): ThreadReport {
    const schedule = this.#control.waitForGo();
    this.#begin();
    this.flowing = true;
    this.#workload.fill();
    this.#turnUntil(schedule.warmupEnd);

    this.#startMeasuring();
    const cpuBefore = threadCpuNanos();
    const spunBefore = this.#events.spunNanos;
    const begin = nowNanos();
    const end = this.#turnUntil(schedule.measureEnd);
    const cpuNanos = threadCpuNanos() - cpuBefore;
    const spunNanos = this.#events.spunNanos - spunBefore;
    const completedInTime = this.counts.completed;
    const fairness = this.#fairness();

    this.flowing = false;
    this.draining = true;
    this.#drain(schedule.drainEnd);
    this.#workload.abandon(nowNanos());
    if (this.#open !== undefined) this.#abandonQueue(this.#open);
    this.#publish();
    return {
      counts: this.counts,
      completedInTime,
      measuredSeconds: (end - begin) / 1e9,
      cpuSeconds: cpuNanos / 1e9,
      spunSeconds: spunNanos / 1e9,
      fairness,
    };
  }

  /**
   * Keeps the connections until the generator is stopped, so that what the server holds for them can still be
   * measured, then closes them.
   */
  close(): void {
    this.#control.waitForEnd();
    this.#workload.close();
    this.#epoll.close();
  }

  #begin(): void {
    const { pacer, point } = this.#assignment;
    if (pacer === null) return;
    setTimerSlack(1);
    this.#open = new OpenDemand(makePacer(pacer), nowNanos(), point.connections, point.pipelining);
    this.demand = this.#open;
  }

  /** Gives arrivals that are due to connections that are free; the others wait. */
  #dispatch(open: OpenDemand): void {
    const now = nowNanos();
    for (let sent = 0; open.nextDue <= now && sent < TURN_EVENTS; open.advance()) {
      let connection = open.takeIdle();
      while (connection >= 0 && !this.#workload.request(connection, open.nextDue)) connection = open.takeIdle();
      if (connection < 0) open.enqueue();
      else sent++;
    }
  }

  /** What is still in the queue when the load is over was never sent: it timed out. */
  #abandonQueue(open: OpenDemand): void {
    const now = nowNanos();
    while (open.queued > 0) {
      this.counts.sent++;
      this.counts.timedOut++;
      this.expired(open.takeQueued(), now);
    }
    this.counts.dropped = open.dropped - this.#droppedBefore;
  }

  #startMeasuring(): void {
    this.#droppedBefore = this.#open?.dropped ?? 0;
    this.#completedBefore = this.counts.completed;
    this.#response.reset();
    this.#completedBy.fill(0);
    this.counts = noCounts();
    this.counts.sent = this.#workload.outstanding;
  }

  /** Turns the loop until a time on the monotonic clock. @returns the time it ended. */
  #turnUntil(end: number): number {
    let now = nowNanos();
    while (now < end && !this.#control.ended) now = this.#turn((end - now) / 1e6);
    return now;
  }

  /** Waits for replies that are still due, but not for those of connections that never got any. */
  #drain(end: number): void {
    let now = nowNanos();
    const hopeless = this.#assignment.point.connections - this.#workload.answered;
    while (this.#workload.outstanding > hopeless && now < end && !this.#control.ended) now = this.#turn(1);
  }

  /** Waits for events, at most `waitMs`, and handles them. @returns the time before they were handled. */
  #turn(waitMs: number): number {
    const epoll = this.#epoll;
    const workload = this.#workload;
    const open = this.flowing ? this.#open : undefined;
    const found = ++this.#turns % TURNS_PER_WAIT === 0 ? 0 : workload.readExpected();
    const patience = found > 0 ? 0 : Math.min(MAX_WAIT_MS, Math.ceil(waitMs));
    const ready =
      found >= ENOUGH
        ? 0
        : open === undefined
          ? this.#events.wait(patience)
          : this.#events.waitUntil(open.nextDue, patience * 1e6);
    const now = nowNanos();
    for (let i = 0; i < ready; i++) workload.ready(epoll.dataAt(i), epoll.eventsAt(i));
    if (open !== undefined) this.#dispatch(open);
    workload.settle();
    if (now >= this.#nextSweep) this.#sweep(now);
    this.#publish();
    return now;
  }

  #sweep(now: number): void {
    const timeout = this.#assignment.timeoutMs * 1e6;
    this.#workload.sweep(now, now - timeout);
    this.#nextSweep = now + (this.#workload.ailing ? 5e6 : Math.min(50e6, timeout / 8));
  }

  #publish(): void {
    this.#live.completed = this.#completedBefore + this.counts.completed;
    this.#live.failed = this.counts.timedOut + this.counts.errors + this.counts.corrupted;
  }

  #fairness(): ThreadReport['fairness'] {
    let sum = 0;
    let sumOfSquares = 0;
    let starved = 0;
    for (const completed of this.#completedBy) {
      sum += completed;
      sumOfSquares += completed * completed;
      if (completed === 0) starved++;
    }
    return { sum, sumOfSquares, starved };
  }
}
