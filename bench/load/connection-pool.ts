import { powerOfTwo } from './request-times.ts';

/** Arrivals that wait for a free connection at most; further ones are dropped. */
const MAX_QUEUED = 65_536;

/** Connections that can take a request, or else the arrivals that wait for one. */
export class ConnectionPool {
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

  /** @param depth how many requests a connection may have in flight. */
  constructor(connections: number, depth: number) {
    const size = powerOfTwo(connections * depth);
    this.#idle = new Int32Array(size);
    this.#idleMask = size - 1;
    this.#idleTimes = new Uint16Array(connections);
  }

  /** Requests that are due and wait for a connection. */
  get queued(): number {
    return this.#queueTail - this.#queueHead;
  }

  /** A connection can take a request: what {@link Demand.next} says. */
  next(connection: number, room: number): number {
    if (this.queued > 0) return this.takeQueued();
    const times = this.#idleTimes[connection] as number;
    if (times < room) {
      this.#idleTimes[connection] = times + 1;
      this.#idle[this.#idleTail++ & this.#idleMask] = connection;
    }
    return -1;
  }

  /** Does a request wait that was due before `deadline`? */
  isOverdue(deadline: number): boolean {
    return this.queued > 0 && (this.#queue[this.#queueHead & (MAX_QUEUED - 1)] as number) < deadline;
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

  /** Lets an arrival wait for a connection. @returns false when there is no room for it. */
  enqueue(dueNanos: number): boolean {
    if (this.queued >= MAX_QUEUED) return false;
    this.#queue[this.#queueTail++ & (MAX_QUEUED - 1)] = dueNanos;
    return true;
  }
}
