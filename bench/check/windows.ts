/**
 * How long windows are. Short ones: a stall of the machine spoils the window that it falls in, and no other. Over an echo
 * server in C on two shared CPUs, a session's difference of two equal programs in p99 scattered by 0.28 with 16 windows of
 * 100 ms, and by 0.09 with 64 of 25 ms, which take as long.
 */
const SAMPLES_AT_FULL_LOAD = 200;
/** Of a window at a rate: ten above p99. */
const SAMPLES_AT_A_RATE = 1000;
const MOST_WINDOW_MS = 1250;

/**
 * Of a window at full load: as wished, but time enough for two hundred requests.
 * @param capacity requests a second.
 */
export function fullWindow(capacity: number, windowMs: number): number {
  return Math.max(windowMs, Math.min(MOST_WINDOW_MS, (SAMPLES_AT_FULL_LOAD * 1000) / capacity));
}

/** Of a window at a rate: half as long as wished at full load, but time enough for a thousand requests. */
export function rateWindow(rate: number, windowMs: number): number {
  return Math.max(windowMs / 2, Math.min(MOST_WINDOW_MS, (SAMPLES_AT_A_RATE * 1000) / rate));
}

/**
 * What one program's windows of one kind in a session are to last in all, at least and at most. At a rate 1.6 s, so that
 * most sessions meet a stall that a program makes once a second.
 */
export const FULL_LOAD_MS = { least: 800, most: 5000 } as const;
export const AT_A_RATE_MS = { least: 1600, most: 20_000 } as const;
/** Even: windows go forwards and backwards in turn. */
const COUNTS = [4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512] as const;

/** How many windows of that length a session may have for each program, from the fewest on; never none. */
export function windowCounts(windowMs: number, { least, most }: { least: number; most: number }): readonly number[] {
  const counts = COUNTS.filter((count) => count * windowMs >= least && count * windowMs <= most);
  return counts.length > 0 ? counts : [windowMs * COUNTS[0] > most ? COUNTS[0] : Math.max(...COUNTS)];
}
