import { ConnectionPool } from './connection-pool.ts';
import type { Pacer } from './pacers/pacer.ts';
import type { TargetSelection } from './target-selection.ts';

/** Says which requests are due on which connections. */
export interface Demand {
  /**
   * A connection can take a request.
   * @param room how many more requests it could have in flight.
   * @returns when the request that it shall send was due, in monotonic nanoseconds, or -1 when there is none yet.
   */
  next(connection: number, now: number, room: number): number;
  /** A request that {@link next} gave out could not be sent. @returns whether it is to be asked for again; else it is dropped. */
  takeBack(): boolean;
  /** Requests that are due and wait for a connection. */
  readonly queued: number;
}

/** Closed loop: a connection's next request is due when it can be sent. */
export const closedDemand: Demand = {
  next: (_connection, now) => now,
  takeBack: () => true,
  queued: 0,
};

/** A closed loop of some connections only, or of a number of requests. */
export class BoundedDemand implements Demand {
  readonly queued = 0;
  /** Connections from this number on rest. */
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
 * Open loop: requests are due when the pacer says, whatever the server does. One that finds no connection free waits
 * its turn, and its response time counts from when it was due. With several targets, each arrival goes to the one that
 * is selected, and waits for one of its connections.
 */
export class OpenDemand implements Demand {
  /** When the next request is due; infinite when there is none to come. */
  nextDue: number;
  /** The target that {@link takeIdle} and {@link enqueue} are about, and that {@link takeQueued} and {@link takeOverdue} took from. */
  target = 0;
  readonly #pacer: Pacer;
  readonly #begin: number;
  #left: number;
  /** One for each target whose connections are its own, or a single one. */
  readonly #pools: readonly ConnectionPool[];
  readonly #targets: TargetSelection | undefined;
  readonly #queuedFor = (target: number) => this.#pool(target).queued;

  /**
   * @param begin when the load begins, in monotonic nanoseconds.
   * @param limit how many requests there will be.
   * @param targets those among which arrivals are divided.
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

  /** Requests that are due and wait for a connection. */
  get queued(): number {
    let queued = 0;
    for (let t = 0; t < this.#pools.length; t++) queued += this.#pool(t).queued;
    return queued;
  }

  next(connection: number, _now: number, room: number): number {
    const target = this.#targets === undefined ? 0 : this.#targets.of(connection);
    return this.#pool(target).next(connection, room);
  }

  /** A request was due then, and not later. */
  takeBack(): boolean {
    return false;
  }

  /** Selects a target for the arrival at {@link nextDue}. */
  select(): void {
    if (this.#targets !== undefined) this.target = this.#targets.choose(this.#queuedFor);
  }

  /** Requests that wait for a connection to the target. */
  get queuedForTarget(): number {
    return this.#pool(this.target).queued;
  }

  /** Takes the request off that waits longest for the target. @returns when it was due. */
  takeQueued(): number {
    return this.#pool(this.target).takeQueued();
  }

  /** Takes a request off that waits since before `deadline`, for whichever target. @returns when it was due; -1 for none. */
  takeOverdue(deadline: number): number {
    for (let t = 0; t < this.#pools.length; t++) {
      if (!this.#pool(t).isOverdue(deadline)) continue;
      this.target = t;
      return this.takeQueued();
    }
    return -1;
  }

  /** Takes a connection that can take a request, or -1 when none is free. */
  takeIdle(): number {
    return this.#pool(this.target).takeIdle();
  }

  /** Moves on to the arrival after {@link nextDue}. */
  advance(): void {
    this.nextDue = --this.#left > 0 ? this.#begin + this.#pacer.next() : Number.POSITIVE_INFINITY;
  }

  /** No more requests become due. */
  end(): void {
    this.nextDue = Number.POSITIVE_INFINITY;
  }

  /** Lets the arrival at {@link nextDue} wait for a connection. @returns false when there is no room for it. */
  enqueue(): boolean {
    return this.#pool(this.target).enqueue(this.nextDue);
  }

  #pool(target: number): ConnectionPool {
    return this.#pools[target] as ConnectionPool;
  }
}
