import { nowNanos } from '../../measure/clock.ts';
import type { Histogram } from '../../measure/histogram.ts';
import type { KernelClock } from '../../measure/kernel-clock.ts';
import type { ArrivalSample } from '../arrivals/sample.ts';
import { closedDemand, type Demand } from '../demand/demand.ts';
import type { TargetSelection } from '../targets/selection.ts';
import type { TargetTally } from '../targets/tally.ts';
import { type Counts, type DropCause, noCounts } from '../threads/counts.ts';
import type { LiveView } from '../threads/live.ts';
import { BadReplies } from './bad-replies.ts';

/** How evenly a thread's connections were served. */
export interface Fairness {
  /** Sums over connections of what each completed (requests, or bytes one way), and of its square. */
  readonly sum: number;
  readonly sumOfSquares: number;
  /** Connections that were in use for a while and completed nothing. */
  readonly starved: number;
}

/** State that a thread's engine and workload share: the phase of the load, and the outcome of requests. */
export class LoadState {
  counts: Counts = noCounts();
  /** True while the load runs: a connection that can take a request then asks {@link demand} for one. */
  flowing = false;
  /** True when the load is over: connections that end then stay closed. */
  draining = false;
  demand: Demand = closedDemand;
  /** Records when requests are sent; open loop only. */
  arrivals: ArrivalSample | undefined;
  /** With several targets: which connection belongs to which, and the outcome of requests to each. */
  targets: TargetSelection | undefined;
  /** Examples of replies that were not as expected. */
  readonly badReplies = new BadReplies();
  /** Converts the kernel's timestamps; undefined when they are not requested. */
  readonly kernelClock: KernelClock | undefined;
  /** Whether to record when requests are sent. */
  readonly timed: boolean;
  readonly #live: LiveView;
  readonly #response: Histogram;
  readonly #service: Histogram;
  readonly #generatorLag: Histogram;
  readonly #scheduleLag: Histogram;
  readonly #connect: Histogram;
  readonly #handshake: Histogram;
  /** What each connection completed since measuring began. */
  readonly #completedBy: Float64Array;
  /** Requests completed before measuring began. */
  #completedBefore = 0;
  #inFlight = 0;
  #inFlightSince = 0;
  #inFlightNanos = 0;

  /**
   * @param kernelClock undefined when the kernel's timestamps are not requested.
   * @param open whether the load is an open loop.
   */
  constructor(connections: number, live: LiveView, kernelClock: KernelClock | undefined, open: boolean) {
    this.kernelClock = kernelClock;
    this.timed = kernelClock !== undefined || open;
    this.#live = live;
    this.#response = live.response;
    this.#service = live.service;
    this.#generatorLag = live.generatorLag;
    this.#scheduleLag = live.scheduleLag;
    this.#connect = live.connect;
    this.#handshake = live.handshake;
    this.#completedBy = new Float64Array(connections);
  }

  /** Records a request that was handed to the kernel for that connection, or will be as soon as the kernel takes it. */
  began(connection: number): void {
    this.counts.sent++;
    this.targets?.began(connection);
  }

  /** Records that one of those was not handed over after all. */
  unsent(connection: number, cause: DropCause): void {
    this.counts.sent--;
    this.targets?.takenBack(connection);
    this.droppedOn(connection, cause);
  }

  /** Records a request that was due on that connection and was not handed over. */
  droppedOn(connection: number, cause: DropCause): void {
    this.dropped(cause, this.targets?.tallyOf(connection));
  }

  /**
   * Records a request that was due and not handed over: it is not sent and has no response time. @param tally of its
   * target.
   */
  dropped(cause: DropCause, tally?: TargetTally): void {
    this.counts.dropped++;
    this.counts[cause]++;
    if (tally !== undefined) tally.counts.dropped++;
  }

  /** Records a request that ended because its connection did. */
  failed(connection: number): void {
    this.counts.errors++;
    this.targets?.failed(connection);
  }

  /** Records a request that was answered with other bytes than expected. */
  corrupted(connection: number): void {
    this.counts.corrupted++;
    this.targets?.corrupted(connection);
  }

  /** Records a request that has waited too long. */
  timedOut(connection: number, dueNanos: number, nowNanos: number): void {
    this.counts.timedOut++;
    this.expired(dueNanos, nowNanos);
    this.targets?.timedOut(connection, nowNanos - dueNanos);
  }

  /** Records a request that was answered correctly and was due at `dueNanos`. */
  completed(connection: number, dueNanos: number, nowNanos: number): void {
    this.counts.completed++;
    this.#completedBy[connection] = (this.#completedBy[connection] as number) + 1;
    this.#response.record(nowNanos - dueNanos);
    this.targets?.completed(connection, nowNanos - dueNanos);
  }

  /**
   * Records the times of the same request: it could be sent at `readyNanos`, was sent at `sentNanos`, and the kernel
   * had its whole reply at `arrivedNanos`. The generator added the time that is neither service time nor waiting for a
   * free connection.
   */
  served(connection: number, readyNanos: number, sentNanos: number, arrivedNanos: number, nowNanos: number): void {
    this.#service.record(arrivedNanos - sentNanos);
    this.#generatorLag.record(sentNanos - readyNanos + (nowNanos - arrivedNanos));
    this.targets?.served(connection, arrivedNanos - sentNanos);
  }

  /** Records that one connection received a line that was due at `dueNanos`. */
  delivered(dueNanos: number, nowNanos: number): void {
    this.#response.record(nowNanos - dueNanos);
  }

  /** Records that every connection expected to has received a line of `connection`. */
  lineCompleted(connection: number): void {
    this.counts.completed++;
    this.#completedBy[connection] = (this.#completedBy[connection] as number) + 1;
  }

  /** Records that a request was handed to the kernel. Called when {@link timed}. */
  sent(dueNanos: number, readyNanos: number, sentNanos: number): void {
    if (this.arrivals === undefined) return;
    this.#scheduleLag.record(sentNanos - readyNanos);
    this.arrivals.sent(sentNanos, dueNanos === readyNanos);
  }

  /** Records that a connection for one request was established, after `nanos`. */
  connected(nanos: number): void {
    this.#connect.record(nanos);
  }

  /** Records that a connection made its TLS handshake, in `nanos` after it was established. */
  handshaken(nanos: number): void {
    this.#handshake.record(nanos);
  }

  /** Forgets the handshakes so far. */
  forgetHandshakes(): void {
    this.#handshake.reset();
  }

  /** Records bytes that went one way on a connection. */
  moved(connection: number, bytes: number): void {
    this.counts.bytes += bytes;
    this.#completedBy[connection] = (this.#completedBy[connection] as number) + bytes;
  }

  /** Records that a request was given up: its age is a lower bound of its response time. */
  expired(dueNanos: number, nowNanos: number): void {
    this.#response.record(nowNanos - dueNanos);
  }

  /** Records that from `now` on `inFlight` requests are in flight, or wait for a connection. */
  holds(inFlight: number, now: number): void {
    this.#inFlightNanos += this.#inFlight * (now - this.#inFlightSince);
    this.#inFlight = inFlight;
    this.#inFlightSince = now;
  }

  /** Records that a request is seen only now: it was in flight unseen since it was due. */
  noticed(dueNanos: number, now: number): void {
    this.#inFlightNanos += now - dueNanos;
  }

  /** Discards all that was recorded. @param outstanding requests that are in flight. */
  startMeasuring(outstanding: number): void {
    const { counts } = this;
    this.#completedBefore += counts.completed;
    Object.assign(counts, noCounts());
    counts.sent = outstanding;
    this.badReplies.refusals = 0;
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

  /** Shows the counts to the main thread. */
  publish(): void {
    const live = this.#live;
    live.completed = this.#completedBefore + this.counts.completed;
    live.failed = this.failures;
    live.bytes = this.counts.bytes;
    live.inFlight = this.#inFlight;
  }

  /** Requests that failed, or were never sent, since measuring began. */
  get failures(): number {
    const { timedOut, errors, corrupted, dropped } = this.counts;
    return timedOut + errors + corrupted + dropped;
  }

  /** Requests that were in flight or waiting at the last {@link holds}. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Sum over requests of the time each was in flight or waiting since measuring began, in nanoseconds. */
  get inFlightNanos(): number {
    return this.#inFlightNanos;
  }

  /**
   * Computes how evenly connections were served.
   * @param used number of connections that were in use, counted from the first.
   * @param settled how many of those were in use long enough to have completed something.
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
