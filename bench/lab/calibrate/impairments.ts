import type { Random } from '../../../servers/random/streams.ts';

/** Faults that a reference server injects, so that an instrument can be compared with known values. */
export interface Impairments {
  /** Time from the arrival of a request to the sending of its reply. */
  readonly delayMicros: number;
  /** Periods in which nothing is answered, after which all pending replies are sent. */
  readonly stall: Stall | null;
  /** Shares of the datagrams that are impaired; each datagram has one impairment at most. */
  readonly loss: number;
  readonly duplication: number;
  /** A reordered datagram is held back until the next datagram of the same peer is answered. */
  readonly reordering: number;
  /** One bit of one byte is flipped. */
  readonly corruption: number;
  /** Impairs datagrams by their number instead of at random; null: at random. */
  readonly every: Every | null;
  readonly seed: number;
}

/** Which datagrams are impaired: those whose number is a multiple; of several, the first field here decides. */
export interface Every {
  readonly lose: number;
  /** The datagram changes places with its successor. */
  readonly swap: number;
  readonly duplicate: number;
}

/** In each period of `everyMs` milliseconds, nothing is answered during the last `forMs`. */
export interface Stall {
  readonly everyMs: number;
  readonly forMs: number;
}

export const unimpaired: Impairments = {
  delayMicros: 0,
  stall: null,
  loss: 0,
  duplication: 0,
  reordering: 0,
  corruption: 0,
  every: null,
  seed: 1,
};

/** Number of datagrams with each impairment. */
export interface Injected {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
}

/** What happens to one datagram. */
export type Fate = 'pass' | 'lose' | 'duplicate' | 'hold' | 'corrupt';

/** Draws a datagram's fate at random, by the configured shares. */
export function fateOf(random: Random, { loss, duplication, reordering, corruption }: Impairments): Fate {
  const drawn = random();
  if (drawn < loss) return 'lose';
  if (drawn < loss + duplication) return 'duplicate';
  if (drawn < loss + duplication + reordering) return 'hold';
  return drawn < loss + duplication + reordering + corruption ? 'corrupt' : 'pass';
}

/** Decides a datagram's fate by its number, from 1. */
export function fateOfNumber(n: number, { lose, swap, duplicate }: Every): Fate {
  if (n % lose === 0) return 'lose';
  if (n % swap === 0) return 'hold';
  return n % duplicate === 0 ? 'duplicate' : 'pass';
}

/**
 * Returns when a reply may be sent that is due at a given time. All times are in nanoseconds of one clock.
 * @param begin start of the first period; the first stall is at its end.
 */
export function releaseTime(dueNanos: number, begin: number, stall: Stall | null): number {
  if (stall === null) return dueNanos;
  const period = stall.everyMs * 1e6;
  const into = (dueNanos - begin) % period;
  return into < period - stall.forMs * 1e6 ? dueNanos : dueNanos + (period - into);
}

/**
 * Returns the q-quantile of response times that a stall causes, in milliseconds, for requests that arrive evenly and
 * are otherwise answered at once. A request waits longer than x if it arrives in the first S − x of a stall, which has
 * a probability of (S − x) / P. So the quantile is S − (1 − q) P, or 0.
 */
export function stallQuantileMs(q: number, { everyMs, forMs }: Stall): number {
  // Rounded to the microsecond: 1 - q has no exact binary form.
  return Math.max(0, Math.round((forMs - (1 - q) * everyMs) * 1000) / 1000);
}
