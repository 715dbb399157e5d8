/** Time limits for clients of the http app, in milliseconds; 0 means no limit. Plain data. */
export interface HttpTimeLimits {
  /** Longest wait for the first byte of a request, the first or the next. Then the connection is closed. */
  readonly idleMs: number;
  /** Longest time for a request's head, from its first byte. Then it gets status 408 and a close: RFC 9110 §15.5.9. */
  readonly headerMs: number;
  /** Longest time for a whole request, from its first byte. Then as for `headerMs`. */
  readonly requestMs: number;
}

/**
 * The limits on head and request are those of node:http (`headersTimeout`, `requestTimeout`). Idle connections live
 * longer than its 5 s (`keepAliveTimeout`), as long as in Caddy: a load with a low rate over many connections must not
 * lose any of them.
 */
export const DEFAULT_TIME_LIMITS: HttpTimeLimits = { idleMs: 300_000, headerMs: 60_000, requestMs: 300_000 };

/** Checks per shortest limit, so that a timeout is late by at most a tenth of it. */
const LOOKS = 10;
/** Bounds of that interval, in milliseconds. */
const SHORTEST_MS = 5;
const LONGEST_MS = 1000;

/** Returns how often a model must check its connections, in milliseconds; undefined when nothing is limited. */
export function checkEveryMs({ idleMs, headerMs, requestMs }: HttpTimeLimits): number | undefined {
  const limits = [idleMs, headerMs, requestMs].filter((limit) => limit > 0);
  if (limits.length === 0) return undefined;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, Math.min(...limits) / LOOKS));
}
