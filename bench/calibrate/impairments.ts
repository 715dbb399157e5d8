import type { Random } from '../../servers/random.ts';

/** What a reference server does to those who talk to it, so that an instrument can be held against what is known. */
export interface Impairments {
  /** Every reply is sent so long after its request had arrived. */
  readonly delayMicros: number;
  /** Again and again nothing is answered for a while, and then all that waits. */
  readonly stall: Stall | null;
  /** Shares of the datagrams that suffer something; each suffers one thing at most. */
  readonly loss: number;
  readonly duplication: number;
  /** Held back until the next datagram of the same peer was answered. */
  readonly reordering: number;
  /** One bit of one byte is flipped. */
  readonly corruption: number;
  /** Datagrams that suffer something by their number, in place of chance; null: none. */
  readonly every: Every | null;
  readonly seed: number;
}

/** Which datagrams suffer what: each whose number is a multiple; of several, the first that is named here. */
export interface Every {
  readonly lose: number;
  /** It changes places with its successor. */
  readonly swap: number;
  readonly duplicate: number;
}

/** Of every `everyMs` milliseconds, the last `forMs` pass without an answer. */
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

/** What happened to datagrams. */
export interface Injected {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly corrupted: number;
}

/** What becomes of one datagram. */
export type Fate = 'pass' | 'lose' | 'duplicate' | 'hold' | 'corrupt';

/** Decides, datagram by datagram, as the shares say. */
export function fateOf(random: Random, { loss, duplication, reordering, corruption }: Impairments): Fate {
  const drawn = random();
  if (drawn < loss) return 'lose';
  if (drawn < loss + duplication) return 'duplicate';
  if (drawn < loss + duplication + reordering) return 'hold';
  return drawn < loss + duplication + reordering + corruption ? 'corrupt' : 'pass';
}

/** Decides by the number of a datagram, from 1. */
export function fateOfNumber(n: number, { lose, swap, duplicate }: Every): Fate {
  if (n % lose === 0) return 'lose';
  if (n % swap === 0) return 'hold';
  return n % duplicate === 0 ? 'duplicate' : 'pass';
}

/**
 * When a reply may go that was due at some time.
 * @param begin when stalling began: the first stall ends a whole period later. All in nanoseconds of one clock.
 */
export function releaseTime(dueNanos: number, begin: number, stall: Stall | null): number {
  if (stall === null) return dueNanos;
  const period = stall.everyMs * 1e6;
  const into = (dueNanos - begin) % period;
  return into < period - stall.forMs * 1e6 ? dueNanos : dueNanos + (period - into);
}

/**
 * The q-quantile of response times that a stall makes, in milliseconds, for requests that come evenly and are answered
 * at once otherwise: a request waits longer than x if it comes in the first S - x of a stall, with a probability of
 * (S - x) / P, so that the quantile is S - (1 - q) P, or 0.
 */
export function stallQuantileMs(q: number, { everyMs, forMs }: Stall): number {
  // Rounded to the microsecond: 1 - q has no exact binary form.
  return Math.max(0, Math.round((forMs - (1 - q) * everyMs) * 1000) / 1000);
}
