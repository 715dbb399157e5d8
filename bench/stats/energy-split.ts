/** A place that divides values in two, and how much its sides differ. */
export interface Split {
  /** Index of the first value after it. */
  readonly at: number;
  /** Scaled energy distance of the sides: 0 or less for equal ones, and in the unit of the values. */
  readonly statistic: number;
}

/**
 * Returns the place that divides `values[from]` to `values[to - 1]` into the sides that differ most; null when they are
 * too few. The second side may end before the values do: where these rise and fall again, the risen ones alone differ
 * from those before. With m values x on the first side and n values y on the second, the statistic is mn/(m + n) times
 *
 *   2 · mean |x - y| - mean |x - x'| - mean |y - y'|
 *
 * over all pairs, those within a side without the values themselves (D. S. Matteson, N. A. James, A Nonparametric
 * Approach for Multiple Change Point Analysis of Multivariate Data, JASA 109, 2014, equations 5 to 7, exponent 1).
 * Takes time of the order of the square of the number of values.
 * @param fewest values on either side, 2 or more.
 */
export function bestSplit(values: Float64Array, from: number, to: number, fewest: number): Split | null {
  if (to - from < 2 * fewest) return null;
  const toEarlier = distancesToEarlier(values, from, to);
  const inverse = inversesUpTo(to - from);
  /** Sum of the distances of each later value to those of the first side. */
  const toFirst = new Float64Array(to - from);
  let bestAt = from + fewest;
  let best = Number.NEGATIVE_INFINITY;
  let withinFirst = 0;
  for (let at = from + 1; at <= to - fewest; at++) {
    const m = at - from;
    const moved = values[at - 1] as number;
    withinFirst += toEarlier[m - 1] as number;
    const ofFirst = m < fewest ? Number.POSITIVE_INFINITY : withinFirst / (m - 1);
    let between = 0;
    let withinSecond = 0;
    for (let i = m, n = 1; i < to - from; i++, n++) {
      const distance = (toFirst[i] as number) + Math.abs((values[from + i] as number) - moved);
      toFirst[i] = distance;
      between += distance;
      withinSecond += (toEarlier[i] as number) - distance;
      if (n < fewest) continue;
      // The statistic, with its fractions reduced. Dividing here would take most of the time.
      const statistic =
        2 * (between - n * ofFirst - m * withinSecond * (inverse[n - 1] as number)) * (inverse[m + n] as number);
      if (statistic > best) {
        best = statistic;
        bestAt = at;
      }
    }
  }
  return { at: bestAt, statistic: best };
}

let inverses = new Float64Array(0);

/** Returns 1/i at each index i up to `most`, or further. */
function inversesUpTo(most: number): Float64Array {
  if (inverses.length <= most) inverses = Float64Array.from({ length: most + 1 }, (_, i) => 1 / i);
  return inverses;
}

/** Returns the sum of each value's distances to the values before it. */
function distancesToEarlier(values: Float64Array, from: number, to: number): Float64Array {
  const sums = new Float64Array(to - from);
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    let sum = 0;
    for (let j = from; j < i; j++) sum += Math.abs(value - (values[j] as number));
    sums[i - from] = sum;
  }
  return sums;
}
