import type { Pacer } from './pacers/pacer.ts';
import { powerOfTwo } from './request-times.ts';

/** Says which requests are due on which connections. */
export interface Demand {
  /**
   * A connection can take a request.
   * @param room how many more requests it could have in flight.
   * @returns when the request that it shall send was due, in monotonic nanoseconds, or -1 when there is none yet.
   */
  next(connection: number, now: number, room: number): number;
}

/** Closed loop: a connection's next request is due when it can be sent. */
export const closedDemand: Demand = {
  next: (_connection, now) => now,
};

/** A closed loop of some connections only, or of a number of requests. */
export class BoundedDemand implements Demand {
  /** Connections from this number on rest. */
  active = Number.POSITIVE_INFINITY;
  /** Requests that may still be made. */
  left = Number.POSITIVE_INFINITY;

  next(connection: number, now: number): number {
    if (connection >= this.active || this.left === 0) return -1;
    this.left--;
    return now;
  }
}

/** Arrivals that wait for a free connection at most; further ones are dropped. */
const MAX_QUEUED = 65_536;

/**
 * Open loop: requests are due when the pacer says, whatever the server does. One that finds no connection free waits
 * its turn, and its response time counts from when it was due.
 */
export class OpenDemand implements Demand {
  /** Arrivals that found the queue full. */
  dropped = 0;
  /** When the next request is due; infinite when there is none to come. */
  nextDue: number;
  readonly #pacer: Pacer;
  readonly #begin: number;
  #left: number;
  readonly #queue = new Float64Array(MAX_QUEUED);
  #queueHead = 0;
  #queueTail = 0;
  /** Connections that can take a request, the longest idle first: once for each request that they have room for. */
  readonly #idle: Int32Array;
  readonly #idleMask: number;
  #idleHead = 0;
  #idleTail = 0;
  /** How often each connection is among the idle. */
  readonly #idleTimes: Uint16Array;

  /**
   * @param begin when the load begins, in monotonic nanoseconds.
   * @param limit how many requests there will be.
   */
  constructor(pacer: Pacer, begin: number, connections: number, depth: number, limit = Number.POSITIVE_INFINITY) {
    this.#pacer = pacer;
    this.#begin = begin;
    this.#left = limit;
    const size = powerOfTwo(connections * depth);
    this.#idle = new Int32Array(size);
    this.#idleMask = size - 1;
    this.#idleTimes = new Uint16Array(connections);
    this.nextDue = limit === 0 ? Number.POSITIVE_INFINITY : begin + pacer.next();
  }

  /** Requests that are due and wait for a connection. */
  get queued(): number {
    return this.#queueTail - this.#queueHead;
  }

  next(connection: number, _now: number, room: number): number {
    if (this.queued > 0) return this.takeQueued();
    const times = this.#idleTimes[connection] as number;
    if (times < room) {
      this.#idleTimes[connection] = times + 1;
      this.#idle[this.#idleTail++ & this.#idleMask] = connection;
    }
    return -1;
  }

  /** Takes the request off that waits longest. @returns when it was due. */
  takeQueued(): number {
    return this.#queue[this.#queueHead++ & (MAX_QUEUED - 1)] as number;
  }

  /** Takes a connection that can take a request, or -1 when none is free. */
  takeIdle(): number {
    if (this.#idleHead === this.#idleTail) return -1;
    const connection = this.#idle[this.#idleHead++ & this.#idleMask] as number;
    this.#idleTimes[connection] = (this.#idleTimes[connection] as number) - 1;
    return connection;
  }

  /** Moves on to the arrival after {@link nextDue}. */
  advance(): void {
    this.nextDue = --this.#left > 0 ? this.#begin + this.#pacer.next() : Number.POSITIVE_INFINITY;
  }

  /** No more requests become due. */
  end(): void {
    this.nextDue = Number.POSITIVE_INFINITY;
  }

  /** Lets the arrival at {@link nextDue} wait for a connection, or drops it. */
  enqueue(): void {
    if (this.queued >= MAX_QUEUED) this.dropped++;
    else this.#queue[this.#queueTail++ & (MAX_QUEUED - 1)] = this.nextDue;
  }
}
