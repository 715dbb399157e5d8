/** Times of the fleet's protocol. See docs/fleet.md. */

/** Interval between heartbeats, in both directions. */
export const BEAT_MS = 250;
/**
 * Limits for the silence after which an agent or a controller is lost. The shortest, four heartbeats, is also the usual one.
 */
export const SHORTEST_SILENCE_MS = 4 * BEAT_MS;
export const LONGEST_SILENCE_MS = 60_000;
/**
 * Returns how long to wait for the next heartbeat, in milliseconds. Heartbeats are half an interval away from the start of a
 * load, so that nothing is sent or received while it begins.
 * @param start of the last load, or any time before there was one; both in monotonic nanoseconds.
 */
export function untilBeatMs(now: number, start: number): number {
  const beats = (now - start) / (BEAT_MS * 1e6) - 0.5;
  // At least half an interval: a timer may be early, and would send each heartbeat twice.
  return (Math.floor(beats + 0.5) + 1 - beats) * BEAT_MS;
}

/** How long before a load begins its agents get the start signal: many times a round trip. */
export const START_AHEAD_MS = 500;
/** The same for each of many short windows over connections that are open, at first. */
export const WINDOW_AHEAD_MS = 100;
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
