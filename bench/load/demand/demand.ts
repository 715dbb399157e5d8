import type { Pacer } from '../arrivals/pacer.ts';
import type { TargetSelection } from '../targets/selection.ts';
import { ConnectionPool } from './connection-pool.ts';

/** Decides which requests are due on which connections. */
export interface Demand {
  /**
   * Offers a connection that can take a request.
   * @param room how many more requests it may have in flight.
   * @returns when the request that it must send was due, in monotonic nanoseconds, or -1 when there is none yet.
   */
  next(connection: number, now: number, room: number): number;
  /**
   * Takes back a request that {@link next} gave out and that could not be sent.
   * @returns whether {@link next} gives it out again; otherwise it is dropped.
   */
  takeBack(): boolean;
  /** Number of requests that are due and wait for a connection. */
  readonly queued: number;
}

/** Closed loop: a connection's next request is due when it can be sent. */
export const closedDemand: Demand = {
  next: (_connection, now) => now,
  takeBack: () => true,
  queued: 0,
};

/** Closed loop that is limited to some connections, or to a number of requests. */
export class BoundedDemand implements Demand {
  readonly queued = 0;
  /** Connections from this number on get no requests. */
  active = Number.POSITIVE_INFINITY;
  /** Requests that may still be made. */
  left = Number.POSITIVE_INFINITY;

  next(connection: number, now: number): number {
    if (connection >= this.active || this.left === 0) return -1;
    this.left--;
    return now;
  }

  takeBack(): boolean {
    this.left++;
    return true;
  }
}

/**
 * Open loop: requests are due by the pacer's schedule, independently of the server. A request that finds no free
 * connection waits in a queue, and its response time counts from when it was due. With several targets, a target is
 * selected for each arrival, and the arrival waits for one of that target's connections.
 */
export class OpenDemand implements Demand {
  /** When the next request is due; infinite when none will follow. */
  nextDue: number;
  /**
   * Target of {@link takeIdle} and {@link enqueue}, and the one that {@link takeQueued} or {@link takeOverdue} took
   * from.
   */
  target = 0;
  readonly #pacer: Pacer;
  readonly #begin: number;
  #left: number;
  /** One pool for each target that has its own connections; otherwise a single one. */
  readonly #pools: readonly ConnectionPool[];
  readonly #targets: TargetSelection | undefined;
  readonly #queuedFor = (target: number) => this.#pool(target).queued;

  /**
   * @param begin when the load begins, in monotonic nanoseconds.
   * @param limit total number of requests.
   * @param targets the targets among which arrivals are divided.
   */
  constructor(
    pacer: Pacer,
    begin: number,
    connections: number,
    depth: number,
    limit = Number.POSITIVE_INFINITY,
    targets: TargetSelection | undefined = undefined,
  ) {
    this.#pacer = pacer;
    this.#begin = begin;
    this.#left = limit;
    this.#targets = targets;
    this.#pools = Array.from({ length: targets?.count ?? 1 }, () => new ConnectionPool(connections, depth));
    this.nextDue = limit === 0 ? Number.POSITIVE_INFINITY : begin + pacer.next();
  }

  get queued(): number {
    let queued = 0;
    for (let t = 0; t < this.#pools.length; t++) queued += this.#pool(t).queued;
    return queued;
  }

  next(connection: number, _now: number, room: number): number {
    const target = this.#targets === undefined ? 0 : this.#targets.of(connection);
    return this.#pool(target).next(connection, room);
  }

  /** Returns false: a request was due at its own time and not later. */
  takeBack(): boolean {
    return false;
  }

  /** Selects a target for the arrival at {@link nextDue}. */
  select(): void {
    if (this.#targets !== undefined) this.target = this.#targets.choose(this.#queuedFor);
  }

  /** Number of requests that wait for a connection to the target. */
  get queuedForTarget(): number {
    return this.#pool(this.target).queued;
  }

  /** Removes the request that has waited longest for the target. @returns when it was due. */
  takeQueued(): number {
    return this.#pool(this.target).takeQueued();
  }

  /** Removes a request, for any target, that was due before `deadline`. @returns when it was due; -1 for none. */
  takeOverdue(deadline: number): number {
    for (let t = 0; t < this.#pools.length; t++) {
      if (!this.#pool(t).isOverdue(deadline)) continue;
      this.target = t;
      return this.takeQueued();
    }
    return -1;
  }

  /** Removes a connection that can take a request. @returns its number, or -1 when none is free. */
  takeIdle(): number {
    return this.#pool(this.target).takeIdle();
  }

  /** Advances to the arrival after {@link nextDue}. */
  advance(): void {
    this.nextDue = --this.#left > 0 ? this.#begin + this.#pacer.next() : Number.POSITIVE_INFINITY;
  }

  /** Ends the schedule: no more requests become due. */
  end(): void {
    this.nextDue = Number.POSITIVE_INFINITY;
  }

  /** Queues the arrival at {@link nextDue} until a connection is free. @returns false when the queue is full. */
  enqueue(): boolean {
    return this.#pool(this.target).enqueue(this.nextDue);
  }

  #pool(target: number): ConnectionPool {
    return this.#pools[target] as ConnectionPool;
  }
}
