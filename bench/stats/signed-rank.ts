/**
 * Wilcoxon's signed-rank test, exact, also with ties (F. Wilcoxon, Individual Comparisons by Ranking Methods,
 * Biometrics 1, 1945). Its only assumption about paired differences is that under the null hypothesis both signs of
 * each are equally likely. Labels assigned by a fair coin guarantee that, for any drift.
 */

/** The direction that is evidence: differences above 0, below 0, or either. */
export type Alternative = 'greater' | 'less' | 'two-sided';

/** Most differences that are accepted. Counting the exact distribution would be slow for more. */
export const MAX_SAMPLE = 200;

export interface SignedRank {
  /** Sum of the ranks of positive differences. Under the null hypothesis, half of its maximum is expected. */
  readonly statistic: number;
  /** Number of differences that are not 0: those that count. */
  readonly n: number;
  /** Probability of a statistic at least as extreme if signs were random. 1 when there are no differences. */
  readonly p: number;
}

/**
 * Tests whether differences lie around `shift`. Differences of exactly that are left out, as Wilcoxon did. Equal ones
 * share their ranks, and the distribution is counted for the actual ranks.
 * @throws {RangeError} for a difference that is not a number, or for more than 200.
 */
export function signedRank(differences: readonly number[], alternative: Alternative, shift = 0): SignedRank {
  const shifted = differences.map((difference) => difference - shift).filter((difference) => difference !== 0);
  if (shifted.some(Number.isNaN)) throw new RangeError('a difference is not a number');
  if (shifted.length > MAX_SAMPLE) throw new RangeError(`${shifted.length} differences are more than ${MAX_SAMPLE}`);
  const ranks = doubledRanks(shifted.map(Math.abs));
  const doubled = shifted.reduce((sum, difference, i) => sum + (difference > 0 ? (ranks[i] as number) : 0), 0);
  return { statistic: doubled / 2, n: shifted.length, p: tail(ranks, doubled, alternative) };
}

/** Returns the smallest p that `n` differences can reach: all of one sign. */
export function smallestP(n: number, alternative: Alternative): number {
  return Math.min(1, 2 ** -n * (alternative === 'two-sided' ? 2 : 1));
}

/**
 * Returns twice the rank of each value, 1 for the smallest; equal values share the mean rank. Doubling makes all
 * integers.
 */
export function doubledRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = new Array<number>(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to + 1 < order.length && values[order[to + 1] as number] === values[order[from] as number]) to++;
    for (let i = from; i <= to; i++) ranks[order[i] as number] = from + to + 2;
    from = to + 1;
  }
  return ranks;
}

/**
 * Returns the probability of each sum of ranks up to `most`, when each rank counts with probability one half. It adds one
 * rank after the other, so that no number exceeds 1.
 * @param ranks whole numbers.
 */
function rankSumProbabilities(ranks: readonly number[], most: number): Float64Array {
  const probabilities = new Float64Array(most + 1);
  probabilities[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached = Math.min(most, reached + rank);
    for (let sum = reached; sum >= rank; sum--) {
      probabilities[sum] = ((probabilities[sum] as number) + (probabilities[sum - rank] as number)) / 2;
    }
    for (let sum = Math.min(reached, rank - 1); sum >= 0; sum--)
      probabilities[sum] = (probabilities[sum] as number) / 2;
  }
  return probabilities;
}

/** Results of {@link untiedTails}, by n: every test of as many differences needs the same. */
const knownTails = new Map<number, Float64Array>();

/**
 * Returns the probabilities that the sum of the ranks 1 to n that count is at most 0, 1, 2 and so on, up to the middle of
 * the distribution, which is symmetric.
 */
export function untiedTails(n: number): Float64Array {
  const known = knownTails.get(n);
  if (known !== undefined) return known;
  const ranks = Array.from({ length: n }, (_, i) => i + 1);
  const tails = rankSumProbabilities(ranks, Math.ceil((n * (n + 1)) / 4));
  for (let sum = 1; sum < tails.length; sum++) tails[sum] = (tails[sum] as number) + (tails[sum - 1] as number);
  knownTails.set(n, tails);
  return tails;
}

/** Returns p of a doubled sum of doubled ranks. */
function tail(doubledRanks: readonly number[], doubled: number, alternative: Alternative): number {
  const n = doubledRanks.length;
  // The distribution is symmetric: the upper tail is the lower one of what is left of the total.
  const left = n * (n + 1) - doubled;
  const lower = areUntied(doubledRanks) ? untiedLowerTail : lowerTail;
  if (alternative === 'greater') return lower(doubledRanks, left);
  if (alternative === 'less') return lower(doubledRanks, doubled);
  return Math.min(1, 2 * lower(doubledRanks, Math.min(doubled, left)));
}

/** Reports whether no ranks are shared. A shared rank lowers the sum of their squares, which is an integer. */
function areUntied(doubledRanks: readonly number[]): boolean {
  const n = doubledRanks.length;
  return doubledRanks.reduce((sum, rank) => sum + rank * rank, 0) === (2 * n * (n + 1) * (2 * n + 1)) / 3;
}

/** Returns the probability of a doubled sum of at most `doubled`, of ranks without ties. */
function untiedLowerTail({ length: n }: readonly number[], doubled: number): number {
  const tails = untiedTails(n);
  const most = doubled / 2;
  if (most < tails.length) return Math.min(1, tails[most] as number);
  return 1 - (tails[(n * (n + 1)) / 2 - most - 1] ?? 0);
}

/** Returns the probability of a doubled sum of at most `doubled`. */
function lowerTail(doubledRanks: readonly number[], doubled: number): number {
  return Math.min(
    1,
    rankSumProbabilities(doubledRanks, doubled).reduce((sum, probability) => sum + probability, 0),
  );
}
