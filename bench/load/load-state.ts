import { nowNanos } from '../measure/clock.ts';
import type { Histogram } from '../measure/histogram.ts';
import type { KernelClock } from '../measure/kernel-clock.ts';
import type { ArrivalSample } from './arrival-sample.ts';
import { type Counts, type DropCause, noCounts } from './counts.ts';
import { closedDemand, type Demand } from './demand.ts';
import type { LiveView } from './live.ts';
import type { TargetSelection } from './target-selection.ts';
import type { TargetTally } from './target-tally.ts';

/** How evenly the connections of a thread were served. */
export interface Fairness {
  /** Over connections: what each completed (requests, or bytes one way), and its square. */
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Connections that were in use for a while and completed nothing. */
  readonly starved: number;
}

/** What a thread's engine and workload tell each other: where the load is, and what became of requests. */
export class LoadState {
  counts: Counts = noCounts();
  /** Does the load flow, so that a connection that can take a request asks {@link demand} for one? */
  flowing = false;
  /** Is the load over, so that connections that end stay closed? */
  draining = false;
  demand: Demand = closedDemand;
  /** Notes when requests are sent: open loop only. */
  arrivals: ArrivalSample | undefined;
  /** Where there are several targets: which connection goes to which, and what became of requests to each. */
  targets: TargetSelection | undefined;
  /** Tells the kernel's timestamps; undefined when they are not wanted. */
  readonly kernelClock: KernelClock | undefined;
  /** Is it to be known when requests are sent? */
  readonly timed: boolean;
  readonly #response: Histogram;
  readonly #service: Histogram;
  readonly #generatorLag: Histogram;
  readonly #scheduleLag: Histogram;
  readonly #connect: Histogram;
  /** What each connection completed since measuring began. */
  readonly #completedBy: Float64Array;
  #inFlight = 0;
  #inFlightSince = 0;
  #inFlightNanos = 0;

  /**
   * @param kernelClock undefined when the kernel's timestamps are not wanted.
   * @param open is the load an open loop?
   */
  constructor(connections: number, live: LiveView, kernelClock: KernelClock | undefined, open: boolean) {
    this.kernelClock = kernelClock;
    this.timed = kernelClock !== undefined || open;
    this.#response = live.response;
    this.#service = live.service;
    this.#generatorLag = live.generatorLag;
    this.#scheduleLag = live.scheduleLag;
    this.#connect = live.connect;
    this.#completedBy = new Float64Array(connections);
  }

  /** A request was handed to the kernel for that connection, or is to be as soon as it takes it. */
  began(connection: number): void {
    this.counts.sent++;
    this.targets?.began(connection);
  }

  /** One of those was not handed over after all. */
  unsent(connection: number, cause: DropCause): void {
    this.counts.sent--;
    this.targets?.takenBack(connection);
    this.droppedOn(connection, cause);
  }

  /** A request was due on that connection and was not handed over. */
  droppedOn(connection: number, cause: DropCause): void {
    this.dropped(cause, this.targets?.tallyOf(connection));
  }

  /** A request was due and was not handed over: it is not sent, and has no response time. @param tally of its target. */
  dropped(cause: DropCause, tally?: TargetTally): void {
    this.counts.dropped++;
    this.counts[cause]++;
    if (tally !== undefined) tally.counts.dropped++;
  }

  /** A request of that connection ended with it. */
  failed(connection: number): void {
    this.counts.errors++;
    this.targets?.failed(connection);
  }

  /** A request of that connection was answered with other bytes. */
  corrupted(connection: number): void {
    this.counts.corrupted++;
    this.targets?.corrupted(connection);
  }

  /** A request of that connection has waited too long. */
  timedOut(connection: number, dueNanos: number, nowNanos: number): void {
    this.counts.timedOut++;
    this.expired(dueNanos, nowNanos);
    this.targets?.timedOut(connection, nowNanos - dueNanos);
  }

  /** A request of that connection was answered well: it was due at `dueNanos`. */
  completed(connection: number, dueNanos: number, nowNanos: number): void {
    this.counts.completed++;
    this.#completedBy[connection] = (this.#completedBy[connection] as number) + 1;
    this.#response.record(nowNanos - dueNanos);
    this.targets?.completed(connection, nowNanos - dueNanos);
  }

  /**
   * The same request: it could be sent at `readyNanos`, was sent at `sentNanos`, and the kernel had its whole reply at
   * `arrivedNanos`. What is neither service nor waiting for a free connection the generator added.
   */
  served(connection: number, readyNanos: number, sentNanos: number, arrivedNanos: number, nowNanos: number): void {
    this.#service.record(arrivedNanos - sentNanos);
    this.#generatorLag.record(sentNanos - readyNanos + (nowNanos - arrivedNanos));
    this.targets?.served(connection, arrivedNanos - sentNanos);
  }

  /** A good reply, of which the kernel's time is not known: the generator added that much at most. */
  lagged(nanos: number): void {
    this.#generatorLag.record(nanos);
  }

  /** A line that was due at `dueNanos` was heard by one of those who are to hear it. */
  delivered(dueNanos: number, nowNanos: number): void {
    this.#response.record(nowNanos - dueNanos);
  }

  /** All have heard a line of that connection. */
  told(connection: number): void {
    this.counts.completed++;
    this.#completedBy[connection] = (this.#completedBy[connection] as number) + 1;
  }

  /** A request was handed to the kernel. Told when {@link timed}. */
  sent(dueNanos: number, readyNanos: number, sentNanos: number): void {
    if (this.arrivals === undefined) return;
    this.#scheduleLag.record(sentNanos - readyNanos);
    this.arrivals.sent(sentNanos, dueNanos === readyNanos);
  }

  /** A connection for one request stands, after that long. */
  connected(nanos: number): void {
    this.#connect.record(nanos);
  }

  /** Bytes went one way on a connection. */
  moved(connection: number, bytes: number): void {
    this.counts.bytes += bytes;
    this.#completedBy[connection] = (this.#completedBy[connection] as number) + bytes;
  }

  /** A request was given up: its age is a lower bound of its response time. */
  expired(dueNanos: number, nowNanos: number): void {
    this.#response.record(nowNanos - dueNanos);
  }

  /** From `now` on so many requests are in flight, or wait for a connection. */
  holds(inFlight: number, now: number): void {
    this.#inFlightNanos += this.#inFlight * (now - this.#inFlightSince);
    this.#inFlight = inFlight;
    this.#inFlightSince = now;
  }

  /** A request that was due is known of only now: until then it was in flight unseen. */
  noticed(dueNanos: number, now: number): void {
    this.#inFlightNanos += now - dueNanos;
  }

  /** Forgets all that was recorded. @param outstanding requests that are in flight. */
  startMeasuring(outstanding: number): void {
    const { counts } = this;
    Object.assign(counts, noCounts());
    counts.sent = outstanding;
    for (const histogram of [this.#response, this.#service, this.#generatorLag, this.#scheduleLag, this.#connect]) {
      histogram.reset();
    }
    this.#completedBy.fill(0);
    this.arrivals?.reset();
    this.targets?.startMeasuring();
    this.#inFlightNanos = 0;
    this.#inFlight = outstanding;
    this.#inFlightSince = nowNanos();
  }

  /** Requests that failed, or were never sent, since measuring began. */
  get failures(): number {
    const { timedOut, errors, corrupted, dropped } = this.counts;
    return timedOut + errors + corrupted + dropped;
  }

  /** Requests in flight since measuring began, times the time they were: in nanoseconds. */
  get inFlightNanos(): number {
    return this.#inFlightNanos;
  }

  /**
   * @param used the number of connections that were in use: the first ones.
   * @param settled how many of those were in use so long that they should have completed something.
   */
  fairness(used: number, settled = used): Fairness {
    let sum = 0;
    let sumOfSquares = 0;
    let starved = 0;
    for (let c = 0; c < used; c++) {
      const completed = this.#completedBy[c] as number;
      sum += completed;
      sumOfSquares += completed * completed;
      if (completed === 0 && c < settled) starved++;
    }
    return { sum, sumOfSquares, starved };
  }
}
