/** What some of the requests cost. */
export interface WorkPart {
  /** How many of all requests, above 0, up to 1. */
  readonly share: number;
  /** CPU time that each burns, in nanoseconds. */
  readonly cpuNanos: number;
  /** Time that each waits after that, in nanoseconds. */
  readonly ioNanos: number;
}

/** What requests cost a server beyond the answer. Plain data: it crosses to threads and child processes. */
export interface WorkSpec {
  /** Each request draws one of them; their shares add up to 1 at most, and the rest of the requests costs nothing. */
  readonly parts: readonly WorkPart[];
  /** Share of all requests that finds its answer ready and costs nothing, 0 to 1. */
  readonly cacheHit: number;
  /**
   * Length of a request in a stream, unless the app knows where each ends. Null where it isn't known: then all that is received at once is a request.
   * A datagram is always one.
   */
  readonly requestBytes: number | null;
}
