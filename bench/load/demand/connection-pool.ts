import { powerOfTwo } from '../power-of-two.ts';

/** Maximum number of arrivals that wait for a free connection; further ones are dropped. */
const MAX_QUEUED = 65_536;

/** Queues connections that can take a request, or the arrivals that wait for one. */
export class ConnectionPool {
  readonly #queue = new Float64Array(MAX_QUEUED);
  #queueHead = 0;
  #queueTail = 0;
  /**
   * Connections that can take a request, the longest idle first. A connection is listed once for each request that it
   * has room for.
   */
  readonly #idle: Int32Array;
  readonly #idleMask: number;
  #idleHead = 0;
  #idleTail = 0;
  /** How often each connection is listed in `#idle`. */
  readonly #idleTimes: Uint16Array;

  /** @param depth maximum number of requests in flight on a connection. */
  constructor(connections: number, depth: number) {
    const size = powerOfTwo(connections * depth);
    this.#idle = new Int32Array(size);
    this.#idleMask = size - 1;
    this.#idleTimes = new Uint16Array(connections);
  }

  /** Number of requests that are due and wait for a connection. */
  get queued(): number {
    return this.#queueTail - this.#queueHead;
  }

  /**
   * Offers a connection that can take a request.
   * @param room how many more requests it may have in flight.
   * @returns when the request that it must send was due, or -1 when none waits; the connection is idle then.
   */
  next(connection: number, room: number): number {
    if (this.queued > 0) return this.takeQueued();
    const times = this.#idleTimes[connection] as number;
    if (times < room) {
      this.#idleTimes[connection] = times + 1;
      this.#idle[this.#idleTail++ & this.#idleMask] = connection;
    }
    return -1;
  }

  /** Reports whether a request waits that was due before `deadline`. */
  isOverdue(deadline: number): boolean {
    return this.queued > 0 && (this.#queue[this.#queueHead & (MAX_QUEUED - 1)] as number) < deadline;
  }

  /** Removes the request that has waited longest. @returns when it was due. */
  takeQueued(): number {
    return this.#queue[this.#queueHead++ & (MAX_QUEUED - 1)] as number;
  }

  /** Removes a connection that can take a request. @returns its number, or -1 when none is free. */
  takeIdle(): number {
    if (this.#idleHead === this.#idleTail) return -1;
    const connection = this.#idle[this.#idleHead++ & this.#idleMask] as number;
    this.#idleTimes[connection] = (this.#idleTimes[connection] as number) - 1;
    return connection;
  }

  /** Queues an arrival until a connection is free. @returns false when the queue is full. */
  enqueue(dueNanos: number): boolean {
    if (this.queued >= MAX_QUEUED) return false;
    this.#queue[this.#queueTail++ & (MAX_QUEUED - 1)] = dueNanos;
    return true;
  }
}
