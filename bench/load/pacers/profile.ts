import type { Stage } from '../../model/stage.ts';

/** How a level goes. Plain data: it crosses to threads. */
export interface ProfileSpec {
  /** The level to begin with: arrivals a second, or connections. */
  readonly start: number;
  /** Where it goes from there; one of no duration jumps. After the last one it stays. */
  readonly stages: readonly Stage[];
  /** How long `start` holds before the first stage begins: the warm-up. */
  readonly holdMs: number;
}

/**
 * How the level of a load goes over time: it holds, then moves linearly from stage to stage, then holds again. A level
 * is a rate in arrivals a second, or a number of connections. Times are nanoseconds since the load began.
 *
 * Of a rate, the area under it is the expected number of arrivals, Λ(t): in a stage a piece of a parabola, so that its
 * inverse, which says when an arrival is due, has a closed form.
 */
export class LoadProfile {
  /** When each piece begins. The last one has no end. */
  readonly #begins: Float64Array;
  /** The level with which each piece begins, and how much it grows a second. */
  readonly #levels: Float64Array;
  readonly #slopes: Float64Array;
  /** Λ where each piece begins. */
  readonly #areas: Float64Array;
  /** The piece asked for last by {@link timeOf}: arrivals come in order. */
  #piece = 0;

  constructor({ start, stages, holdMs }: ProfileSpec) {
    const ramps = [{ durationMs: holdMs, target: start }, ...stages];
    const pieces = ramps.length + 1;
    this.#begins = new Float64Array(pieces);
    this.#levels = new Float64Array(pieces).fill(start);
    this.#slopes = new Float64Array(pieces);
    this.#areas = new Float64Array(pieces);
    let level = start;
    for (const [i, { durationMs, target }] of ramps.entries()) {
      const seconds = durationMs / 1e3;
      this.#slopes[i] = seconds > 0 ? (target - level) / seconds : 0;
      this.#begins[i + 1] = at(this.#begins, i) + durationMs * 1e6;
      this.#areas[i + 1] = at(this.#areas, i) + ((level + target) / 2) * seconds;
      this.#levels[i + 1] = target;
      level = target;
    }
  }

  /** The level at a time; where it jumps, the one it jumps to. */
  levelAt(nanos: number): number {
    const piece = pieceOf(this.#begins, nanos, 0);
    return at(this.#levels, piece) + at(this.#slopes, piece) * this.#secondsInto(piece, nanos);
  }

  /** Λ: how many arrivals are expected by a time. */
  cumulative(nanos: number): number {
    const piece = pieceOf(this.#begins, nanos, 0);
    const seconds = this.#secondsInto(piece, nanos);
    return at(this.#areas, piece) + (at(this.#levels, piece) + (at(this.#slopes, piece) / 2) * seconds) * seconds;
  }

  /** The mean level between two times. */
  meanRate(from: number, to: number): number {
    return to > from ? ((this.cumulative(to) - this.cumulative(from)) * 1e9) / (to - from) : this.levelAt(from);
  }

  /**
   * The inverse of Λ: by when so many arrivals are expected; Infinity when there will never be as many. Ascends with its
   * argument. While the level is zero nothing is due: who comes next is due when it rises.
   */
  timeOf(arrivals: number): number {
    const areas = this.#areas;
    // Asked for an earlier one, it looks from the beginning.
    const from = arrivals < at(areas, this.#piece) ? 0 : this.#piece;
    const piece = pieceOf(areas, arrivals, from);
    this.#piece = piece;
    const level = at(this.#levels, piece);
    const slope = at(this.#slopes, piece);
    const missing = arrivals - at(areas, piece);
    const begin = at(this.#begins, piece);
    // A level that holds, in one division: rounding does not add up, however long it lasts.
    if (slope === 0) return level === 0 ? Number.POSITIVE_INFINITY : begin + (missing * 1e9) / level;
    if (missing === 0) return begin;
    // slope/2·τ² + level·τ = missing, solved without subtracting numbers that are almost equal: Press, Teukolsky,
    // Vetterling, Flannery, Numerical Recipes, 3rd ed., 5.6. Rounding may carry a little beyond the piece's end.
    const root = Math.sqrt(Math.max(0, level * level + 2 * slope * missing));
    return Math.min(begin + (2e9 * missing) / (level + root), at(this.#begins, piece + 1));
  }

  #secondsInto(piece: number, nanos: number): number {
    return (nanos - at(this.#begins, piece)) / 1e9;
  }
}

/** The last piece, from `piece` on, that begins no later than `value`. */
function pieceOf(begins: Float64Array, value: number, piece: number): number {
  let found = piece;
  while (found + 1 < begins.length && at(begins, found + 1) <= value) found++;
  return found;
}

function at(values: Float64Array, index: number): number {
  return values[index] as number;
}
