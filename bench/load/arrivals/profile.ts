import type { Stage } from '../../model/stage.ts';

/** Course of a level over time. Plain data, so that it can be passed to threads. */
export interface ProfileSpec {
  /** The initial level: arrivals per second, or connections. */
  readonly start: number;
  /** Changes of the level, in order; a stage of zero duration jumps. The last level then holds. */
  readonly stages: readonly Stage[];
  /** How long `start` holds before the first stage begins: the warm-up. */
  readonly holdMs: number;
}

/**
 * The level of a load over time: it holds, then moves linearly from stage to stage, then holds again. A level is a rate
 * in arrivals per second, or a number of connections. Times are nanoseconds since the load began.
 *
 * For a rate, the area under it is the expected number of arrivals, Λ(t). Within a stage Λ is a piece of a parabola, so
 * its inverse, which gives the time when an arrival is due, has a closed form.
 */
export class LoadProfile {
  /** When each piece begins. The last one has no end. */
  readonly #begins: Float64Array;
  /** The level at the beginning of each piece, and its growth per second. */
  readonly #levels: Float64Array;
  readonly #slopes: Float64Array;
  /** Λ at the beginning of each piece. */
  readonly #areas: Float64Array;
  /** Piece that {@link timeOf} used last: arrivals come in order. */
  #piece = 0;

  constructor({ start, stages, holdMs }: ProfileSpec) {
    const ramps = [{ seconds: holdMs / 1e3, target: start }, ...stages];
    const pieces = ramps.length + 1;
    this.#begins = new Float64Array(pieces);
    this.#levels = new Float64Array(pieces).fill(start);
    this.#slopes = new Float64Array(pieces);
    this.#areas = new Float64Array(pieces);
    let level = start;
    for (const [i, { seconds, target }] of ramps.entries()) {
      this.#slopes[i] = seconds > 0 ? (target - level) / seconds : 0;
      this.#begins[i + 1] = at(this.#begins, i) + Math.round(seconds * 1e9);
      this.#areas[i + 1] = at(this.#areas, i) + ((level + target) / 2) * seconds;
      this.#levels[i + 1] = target;
      level = target;
    }
  }

  /** Returns the level at a time; at a jump, the level after it. */
  levelAt(nanos: number): number {
    const piece = pieceOf(this.#begins, nanos, 0);
    return at(this.#levels, piece) + at(this.#slopes, piece) * this.#secondsInto(piece, nanos);
  }

  /** Returns Λ, the number of arrivals expected by a time. */
  cumulative(nanos: number): number {
    const piece = pieceOf(this.#begins, nanos, 0);
    const seconds = this.#secondsInto(piece, nanos);
    return at(this.#areas, piece) + (at(this.#levels, piece) + (at(this.#slopes, piece) / 2) * seconds) * seconds;
  }

  /** Returns the mean level between two times. */
  meanRate(from: number, to: number): number {
    return to > from ? ((this.cumulative(to) - this.cumulative(from)) * 1e9) / (to - from) : this.levelAt(from);
  }

  /**
   * Returns the inverse of Λ: the time by which that many arrivals are expected; Infinity when there will never be as
   * many. Ascends with its argument. While the level is zero nothing is due: the next arrival is due when it rises.
   */
  timeOf(arrivals: number): number {
    const areas = this.#areas;
    // For an earlier arrival than the last one, search from the beginning.
    const from = arrivals < at(areas, this.#piece) ? 0 : this.#piece;
    const piece = pieceOf(areas, arrivals, from);
    this.#piece = piece;
    const level = at(this.#levels, piece);
    const slope = at(this.#slopes, piece);
    const missing = arrivals - at(areas, piece);
    const begin = at(this.#begins, piece);
    // Constant level, in one division: rounding errors do not add up, however long it lasts.
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

/** Returns the last piece, from `piece` on, that begins no later than `value`. */
function pieceOf(begins: Float64Array, value: number, piece: number): number {
  let found = piece;
  while (found + 1 < begins.length && at(begins, found + 1) <= value) found++;
  return found;
}

function at(values: Float64Array, index: number): number {
  return values[index] as number;
}
