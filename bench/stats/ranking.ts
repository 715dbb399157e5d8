import { holmAdjusted } from './holm.ts';
import { MAX_SAMPLE, signedRank } from './signed-rank.ts';
import { type Interval, walshEstimate } from './walsh.ts';

/** A contestant's result in each round: the larger, the better. */
export interface Contestant {
  readonly name: string;
  /** ln of a rate, or of any other value to rank, for each round that all contestants were in. */
  readonly logs: readonly number[];
}

/** How two contestants compare. */
export interface Pair {
  readonly a: string;
  readonly b: string;
  /** Share by which `a` is ahead of `b`: Hodges and Lehmann's estimate of the ratio, less 1. */
  readonly ahead: number;
  readonly interval: Interval;
  /** Adjusted by Holm over all pairs. */
  readonly p: number;
  readonly relation: 'ahead' | 'behind' | 'equivalent' | 'unresolved';
}

/** Places that a contestant may have, 1 being the best. */
export interface RankRange {
  readonly name: string;
  readonly best: number;
  readonly worst: number;
}

export interface Ranking {
  readonly rounds: number;
  /** Fewest rounds for a verdict. */
  readonly roundsNeeded: number;
  /** Best first. */
  readonly ranges: readonly RankRange[];
  readonly pairs: readonly Pair[];
  /** The contestant that is ahead of all others; undefined when there is none. */
  readonly winner: string | undefined;
  /** Contestants that no other is ahead of. */
  readonly unbeaten: readonly string[];
  /** Whether every pair is ahead, behind or equivalent. */
  readonly decided: boolean;
}

/** Smallest share by which a contestant counts as ahead. Differences within it are equivalence. */
export const RANKING_MARGIN = 0.02;
/** Significance level of all pairs together, when rounds are looked at once. */
export const FAMILY_ALPHA = 0.05;
/** Most looks while rounds continue, and the factor from one to the next. The end of the run is one more look. */
const MAX_LOOKS = 8;
const LOOKS_APART = 1.5;
/** Significance level of all pairs at one look, so that all looks together keep {@link FAMILY_ALPHA} (Bonferroni). */
export const LOOK_ALPHA = FAMILY_ALPHA / (MAX_LOOKS + 1);
const MIN_ROUNDS = 12;

/**
 * Returns the number of rounds that a ranking needs: enough for the smallest p of a two-sided signed-rank test, 2^(1 -
 * rounds), to pass Holm's first step over all pairs at `alpha`, and at least twelve.
 */
export function roundsForRanking(contestants: number, alpha = FAMILY_ALPHA): number {
  const pairs = (contestants * (contestants - 1)) / 2;
  return Math.max(MIN_ROUNDS, Math.ceil(Math.log2((2 * pairs) / alpha)));
}

/**
 * Returns the rounds after which to check whether all pairs are decided, when rounds continue until then. Checking
 * after every round would find a difference by chance in the end; these are few, each at {@link LOOK_ALPHA}.
 */
export function rankingLooks(contestants: number): number[] {
  const first = roundsForRanking(contestants, LOOK_ALPHA);
  return Array.from({ length: MAX_LOOKS }, (_, i) => Math.min(MAX_SAMPLE, Math.ceil(first * LOOKS_APART ** i)));
}

/**
 * Ranks contestants that all ran once in every round, in random order. Every pair is compared by a signed-rank test on
 * the logs of their ratios, round by round, with Holm's procedure over all pairs. A pair is ahead or behind when that
 * is significant and the estimate is at least 2 %, equivalent when the interval lies within 2 %, otherwise unresolved.
 * The numbers of contestants that one is ahead of, and that are ahead of it, give the places that it may have.
 * @param alpha level of the test, for all pairs together, and of each interval.
 * @throws {RangeError} when contestants were not in the same number of rounds.
 */
export function rank(contestants: readonly Contestant[], alpha = FAMILY_ALPHA): Ranking {
  const rounds = contestants[0]?.logs.length ?? 0;
  if (contestants.some(({ logs }) => logs.length !== rounds)) throw new RangeError('rounds differ in number');
  const roundsNeeded = roundsForRanking(contestants.length, alpha);
  const pairs = comparePairs(contestants, alpha, rounds >= roundsNeeded);
  const ranges = contestants.map(({ name }): RankRange => {
    const beating = pairs.filter((pair) => isAhead(pair, name)).length;
    const beatenBy = pairs.filter((pair) => isBehind(pair, name)).length;
    return { name, best: 1 + beatenBy, worst: contestants.length - beating };
  });
  const ordered = ranges.sort((a, b) => a.best - b.best || a.worst - b.worst);
  const unbeaten = ordered.filter(({ best }) => best === 1).map(({ name }) => name);
  return {
    rounds,
    roundsNeeded,
    ranges: ordered,
    pairs,
    winner: ordered.find(({ worst }) => worst === 1)?.name,
    unbeaten,
    decided: rounds >= roundsNeeded && pairs.every(({ relation }) => relation !== 'unresolved'),
  };
}

function comparePairs(contestants: readonly Contestant[], alpha: number, enough: boolean): Pair[] {
  const both = contestants.flatMap((a, i) => contestants.slice(i + 1).map((b) => ({ a, b })));
  const ratios = both.map(({ a, b }) => a.logs.map((log, round) => log - (b.logs[round] as number)));
  const ps = holmAdjusted(ratios.map((differences) => signedRank(differences, 'two-sided').p));
  return both.map(({ a, b }, i) => {
    const differences = ratios[i] as number[];
    const p = ps[i] as number;
    const { estimate, interval } = walshEstimate(differences, alpha);
    const relation = enough ? relationOf(estimate, interval, p <= alpha) : 'unresolved';
    const shares = { low: Math.expm1(interval.low), high: Math.expm1(interval.high) };
    return { a: a.name, b: b.name, ahead: Math.expm1(estimate), interval: shares, p, relation };
  });
}

function relationOf(estimate: number, { low, high }: Interval, significant: boolean): Pair['relation'] {
  const margin = Math.log1p(RANKING_MARGIN);
  if (significant && Math.abs(estimate) >= margin) return estimate > 0 ? 'ahead' : 'behind';
  return low > -margin && high < margin ? 'equivalent' : 'unresolved';
}

function isAhead({ a, b, relation }: Pair, name: string): boolean {
  return (a === name && relation === 'ahead') || (b === name && relation === 'behind');
}

function isBehind({ a, b, relation }: Pair, name: string): boolean {
  return (a === name && relation === 'behind') || (b === name && relation === 'ahead');
}
