/** Cost of one part of the requests. */
export interface WorkPart {
  /** Share of all requests, above 0, up to 1. */
  readonly share: number;
  /** CPU time that each burns, in nanoseconds. */
  readonly cpuNanos: number;
  /** Time that each waits after that, in nanoseconds. */
  readonly ioNanos: number;
}

/** Cost of requests on the server beyond the reply. Plain data: it crosses to threads and child processes. */
export interface WorkSpec {
  /** Each request draws one part. The shares add up to at most 1; the remaining requests cost nothing. */
  readonly parts: readonly WorkPart[];
  /** Share of all requests that hit the cache and cost nothing, 0 to 1. */
  readonly cacheHit: number;
  /**
   * Length of a request in a stream, used unless the app knows where each request ends. Null when the length is
   * unknown: then all bytes received at once are one request. A datagram is always one request.
   */
  readonly requestBytes: number | null;
}
