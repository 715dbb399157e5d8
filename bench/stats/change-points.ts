import { type Random, streamOf } from '../../servers/random/streams.ts';
import { bestSplit, type Split } from './energy-split.ts';
import { shuffleRange } from './shuffled.ts';

/** A place in a series from which on its values are distributed differently. */
export interface ChangePoint {
  /** Index of the first value after the change. */
  readonly index: number;
  /** Probability of a split at least as good, if the order of the values within their segments meant nothing. */
  readonly p: number;
}

/** Fewest values of a segment: one or two odd values are no change. */
export const MIN_SEGMENT = 3;
/** Longest series: the cost of a permutation grows with its square. */
export const MAX_SERIES = 500;
/** Longest segment of which all orders are counted: 8! = 40,320. */
const MAX_COUNTED = 8;
/** Fewest random permutations, and the fewest of them that may be as good as the observed order at the level. */
const MIN_PERMUTATIONS = 999;
const AT_LEVEL = 5;
/** How often all changes are placed again; then they hardly move. */
const PLACINGS = 2;
/** Statistics that differ by less are equal: the order of a sum changes its last digits. */
const ROUNDING = 1e-9;

/**
 * Finds changes by E-divisive (Matteson and James 2014, section 2.2): the best split of all segments is tested by
 * permuting the values within the segments, and divides its segment when it is significant; then the next best is
 * tested, until one is not. The probability of any false change in a series without one is at most `level`, whatever
 * its distribution, when its values are independent of each other.
 *
 * Whenever a change is found, all are placed again, each between its neighbours (J. Bai, Estimating Multiple Breaks One
 * at a Time, Econometric Theory 13, 1997, section 3.3): the first was placed where the later ones were not known, and
 * values on its wrong side would look like a change of their own.
 *
 * The same values and level always give the same result. When no segment that could be split is longer than 8, all
 * orders are counted and p is exact. Otherwise it is (g + 1)/(r + 1) when g of r random orders are as good, which keeps
 * the level, too (B. Phipson, G. K. Smyth, Permutation P-values Should Never Be Zero, 2010).
 * @param level of the test of each series, above 0.
 * @returns the changes by ascending index.
 * @throws {RangeError} for more than 500 values, or one that is not finite.
 */
export function changePoints(series: readonly number[], level: number): ChangePoint[] {
  if (series.length > MAX_SERIES) throw new RangeError(`${series.length} values are more than ${MAX_SERIES}`);
  if (!series.every(Number.isFinite)) throw new RangeError('a value is not finite');
  const values = Float64Array.from(series);
  let found: ChangePoint[] = [];
  for (;;) {
    const segments = segmentsOf(values, found);
    const best = segments.reduce<Split | null>((most, { split }) => better(most, split), null);
    if (best === null || best.statistic <= 0) return found;
    const p = pOf(
      values,
      segments,
      best.statistic,
      level,
      streamOf('permutations', { seed: 0, ordinal: found.length }),
    );
    if (p > level) return found;
    found = placedAgain(
      values,
      [...found, { index: best.at, p }].sort((a, b) => a.index - b.index),
    );
  }
}

/** Moves each change to the best place between its neighbours, from the first to the last, and once more. */
function placedAgain(values: Float64Array, changes: readonly ChangePoint[]): ChangePoint[] {
  const placed = [...changes];
  for (let i = 0; i < PLACINGS * placed.length; i++) {
    const at = i % placed.length;
    const change = placed[at] as ChangePoint;
    const [from, to] = [placed[at - 1]?.index ?? 0, placed[at + 1]?.index ?? values.length];
    placed[at] = { ...change, index: bestSplit(values, from, to, MIN_SEGMENT)?.at ?? change.index };
  }
  return placed;
}

/**
 * Returns the fewest values in which a change can be significant at a level: those for which 2/C(n, ⌊n/2⌋) is small
 * enough. That is p of two halves that do not overlap, as their order may be reversed.
 */
export function valuesNeeded(level: number): number {
  for (let n = 2 * MIN_SEGMENT; ; n++) {
    const half = Math.floor(n / 2);
    let p = 2;
    for (let i = 1; i <= half; i++) p *= i / (n - half + i);
    if (p <= level) return n;
  }
}

/** A segment that is long enough to be split. */
interface Segment {
  readonly from: number;
  readonly to: number;
  readonly split: Split;
}

function segmentsOf(values: Float64Array, changes: readonly ChangePoint[]): Segment[] {
  const borders = [0, ...changes.map(({ index }) => index), values.length];
  return borders.slice(1).flatMap((to, i) => {
    const from = borders[i] as number;
    const split = bestSplit(values, from, to, MIN_SEGMENT);
    return split === null ? [] : [{ from, to, split }];
  });
}

function better(a: Split | null, b: Split): Split {
  return a === null || b.statistic > a.statistic ? b : a;
}

/** Returns p of the best split; when it is above the level, any number above it. */
function pOf(
  values: Float64Array,
  segments: readonly Segment[],
  statistic: number,
  level: number,
  random: Random,
): number {
  const atLeast = statistic * (1 - ROUNDING);
  if (segments.every(({ from, to }) => to - from <= MAX_COUNTED)) {
    // Segments are permuted independently of each other.
    return 1 - segments.reduce((none, { from, to }) => none * (1 - shareAsGood(values.slice(from, to), atLeast)), 1);
  }
  const permutations = Math.max(MIN_PERMUTATIONS, Math.ceil(AT_LEVEL / level) - 1);
  const permuted = Float64Array.from(values);
  let asGood = 1;
  // More of them than the level allows can no longer become significant.
  for (let i = 0; i < permutations && asGood <= level * (permutations + 1); i++) {
    for (const { from, to } of segments) shuffleRange(permuted, from, to, random);
    if (segments.some(({ from, to }) => isAsGood(permuted, from, to, atLeast))) asGood++;
  }
  return asGood / (permutations + 1);
}

/** Returns the share of all orders of the values whose best split is as good, by B. R. Heap's method (1963). */
function shareAsGood(values: Float64Array, atLeast: number): number {
  const counters = new Array<number>(values.length).fill(0);
  let orders = 1;
  let asGood = isAsGood(values, 0, values.length, atLeast) ? 1 : 0;
  for (let i = 1; i < values.length; ) {
    const counter = counters[i] as number;
    if (counter < i) {
      const other = i % 2 === 0 ? 0 : counter;
      [values[i], values[other]] = [values[other] as number, values[i] as number];
      orders++;
      if (isAsGood(values, 0, values.length, atLeast)) asGood++;
      counters[i] = counter + 1;
      i = 1;
    } else {
      counters[i] = 0;
      i++;
    }
  }
  return asGood / orders;
}

function isAsGood(values: Float64Array, from: number, to: number, atLeast: number): boolean {
  return (bestSplit(values, from, to, MIN_SEGMENT)?.statistic ?? Number.NEGATIVE_INFINITY) >= atLeast;
}
