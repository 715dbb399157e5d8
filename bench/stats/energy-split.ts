/** A place that divides values in two, and how much its sides differ. */
export interface Split {
  /** Index of the first value after it. */
  readonly at: number;
  /** Scaled energy distance of the sides: 0 or less for equal ones, and in the unit of the values. */
  readonly statistic: number;
}

/**
 * Returns the place that divides `values[from]` to `values[to - 1]` into the sides that differ most; null when they are
 * too few. With m values x before and n values y after it, the statistic is mn/(m + n) times
 *
 *   2 · mean |x - y| - mean |x - x'| - mean |y - y'|
 *
 * over all pairs, those within a side without the values themselves (D. S. Matteson, N. A. James, A Nonparametric
 * Approach for Multiple Change Point Analysis of Multivariate Data, JASA 109, 2014, equations 5 and 6, exponent 1).
 * They also let the second side end early; here it ends where the values do, as at MongoDB (D. Daly et al., The Use of
 * Change Point Detection to Identify Software Performance Regressions in a Continuous Integration System, ICPE 2020).
 * @param fewest values on either side, 2 or more.
 */
export function bestSplit(values: ArrayLike<number>, from: number, to: number, fewest: number): Split | null {
  const n = to - from;
  if (n < 2 * fewest) return null;
  const { toEarlier, toAll, total } = distances(values, from, n);
  let best: Split | null = null;
  let before = 0;
  let between = 0;
  for (let m = 1; m <= n - fewest; m++) {
    const earlier = toEarlier[m - 1] as number;
    before += earlier;
    between += (toAll[m - 1] as number) - 2 * earlier;
    if (m < fewest) continue;
    const after = total - before - between;
    const rest = n - m;
    const apart = between / (m * rest) - before / (m * (m - 1)) - after / (rest * (rest - 1));
    const statistic = (2 * apart * m * rest) / n;
    if (best === null || statistic > best.statistic) best = { at: from + m, statistic };
  }
  return best;
}

/** Returns the sum of each value's distances to the values before it, and to all others, and the sum over all pairs. */
function distances(values: ArrayLike<number>, from: number, n: number) {
  const toEarlier = new Float64Array(n);
  const toAll = new Float64Array(n);
  let total = 0;
  for (let i = 0; i < n; i++) {
    const value = values[from + i] as number;
    let sum = 0;
    for (let j = 0; j < i; j++) {
      const distance = Math.abs(value - (values[from + j] as number));
      sum += distance;
      toAll[j] = (toAll[j] as number) + distance;
    }
    toEarlier[i] = sum;
    toAll[i] = (toAll[i] as number) + sum;
    total += sum;
  }
  return { toEarlier, toAll, total };
}
