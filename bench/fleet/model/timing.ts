/** Times of the fleet's protocol. See docs/fleet.md. */

/** Interval between heartbeats, in both directions. */
export const BEAT_MS = 250;
/**
 * Limits for the silence after which an agent or a controller is lost. The shortest, four heartbeats, is also the usual one.
 */
export const SHORTEST_SILENCE_MS = 4 * BEAT_MS;
export const LONGEST_SILENCE_MS = 60_000;
/** How long before a load begins its agents get the start signal: many times a round trip. */
export const START_AHEAD_MS = 500;
/** Clock exchanges with each agent before a trial. The one with the least round trip counts. */
export const CLOCK_EXCHANGES = 16;
/** Interval at which an agent sends what its histograms have recorded since. */
export const DELTA_MS = 1000;

/**
 * Returns until when silence counts at a tick, in nanoseconds. After a late tick, messages may be waiting to be read: of
 * the time since the last one, two heartbeats count.
 */
export function silentUntil(now: number, tickedAt: number): number {
  return Math.min(now, tickedAt + 2 * BEAT_MS * 1e6);
}
