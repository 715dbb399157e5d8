/**
 * Least requests in a window at full load, at its expected rate. Windows are short: a stall of the machine spoils only
 * the window in which it happens. With an echo server in C on two shared CPUs, a session's difference of two equal
 * programs in p99 scattered by 0.28 with 16 windows of 100 ms, and by 0.09 with 64 windows of 25 ms, which take as
 * long.
 */
const SAMPLES_AT_FULL_LOAD = 200;
/** Least requests in a window at a rate: ten of them are above p99. */
const SAMPLES_AT_A_RATE = 1000;
const MAX_WINDOW_MS = 1250;

/**
 * Returns the length of a window at full load: the requested one, or longer (up to 1.25 s) to hold two hundred
 * requests.
 * @param capacity requests per second.
 */
export function fullWindow(capacity: number, windowMs: number): number {
  return Math.max(windowMs, Math.min(MAX_WINDOW_MS, (SAMPLES_AT_FULL_LOAD * 1000) / capacity));
}

/**
 * Returns the length of a window at a rate: half the requested one, or longer (up to 1.25 s) to hold a thousand
 * requests.
 */
export function rateWindow(rate: number, windowMs: number): number {
  return Math.max(windowMs / 2, Math.min(MAX_WINDOW_MS, (SAMPLES_AT_A_RATE * 1000) / rate));
}

/** Limits of the total duration of one program's windows of one kind in a session, in milliseconds. */
export interface Lasting {
  readonly least: number;
  readonly most: number;
}

/** Returns the limits at full load, from the requested length of a window: at least 0.8 s with windows of 50 ms. */
export function lastingAtFullLoad(windowMs: number): Lasting {
  return { least: 16 * windowMs, most: Math.max(5000, 16 * windowMs) };
}

/**
 * Returns the limits at a rate, from the requested length of a window at full load. With windows of 50 ms at least
 * 1.6 s, so that most sessions contain a stall that a program makes once per second.
 */
export function lastingAtRate(windowMs: number): Lasting {
  return { least: 32 * windowMs, most: Math.max(20_000, 32 * windowMs) };
}

/** Even: windows alternate forwards and backwards. */
const COUNTS = [4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512] as const;

/** Returns how many windows of a given length a session may have for each program, in ascending order; never empty. */
export function windowCounts(windowMs: number, { least, most }: Lasting): readonly number[] {
  const counts = COUNTS.filter((count) => count * windowMs >= least && count * windowMs <= most);
  return counts.length > 0 ? counts : [windowMs * COUNTS[0] > most ? COUNTS[0] : Math.max(...COUNTS)];
}
