/** How long a client of the http app may take, in milliseconds; 0 is for ever. Plain data. */
export interface HttpTimeLimits {
  /** Over beginning a request: the first of a connection, or the next. Then the connection is closed. */
  readonly idleMs: number;
  /** Over a request's head, from its first byte. Then it is answered 408, and the connection closed: RFC 9110 §15.5.9. */
  readonly headerMs: number;
  /** Over a whole request, from its first byte. The same. */
  readonly requestMs: number;
}

/**
 * Of a head and a request as in node:http (`headersTimeout`, `requestTimeout`). Idle connections are kept longer than its 5 s
 * (`keepAliveTimeout`), for as long as Caddy keeps them: load at a low rate over many connections is not to lose them.
 */
export const DEFAULT_TIME_LIMITS: HttpTimeLimits = { idleMs: 300_000, headerMs: 60_000, requestMs: 300_000 };

/** Looks within the shortest limit, so that a time-out is late by a tenth of it at most. */
const LOOKS = 10;
/** The bounds of that interval, in milliseconds. */
const SHORTEST_MS = 5;
const LONGEST_MS = 1000;

/** How often a model is to look at its connections, in milliseconds; undefined when nothing is limited. */
export function lookEveryMs({ idleMs, headerMs, requestMs }: HttpTimeLimits): number | undefined {
  const limits = [idleMs, headerMs, requestMs].filter((limit) => limit > 0);
  if (limits.length === 0) return undefined;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.min(...limits) / LOOKS));
}
