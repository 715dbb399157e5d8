/** Returns the arithmetic mean. NaN for no values. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Returns the unbiased estimate of the variance, over n - 1. NaN for fewer than two values. */
export function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

/**
 * Returns the mean of the middle values. NaN for no values, or when one is NaN.
 * @param share of the values that is left out at either end, below a half; rounded down to whole values.
 */
export function trimmedMean(values: readonly number[], share: number): number {
  if (values.some(Number.isNaN)) return Number.NaN;
  const cut = Math.floor(share * values.length);
  const sorted = cut === 0 ? values : [...values].sort((a, b) => a - b);
  return mean(sorted.slice(cut, sorted.length - cut));
}

/**
 * Returns the variance of a {@link trimmedMean}, times the number of values: the variance of the values with those at
 * the ends pulled in (winsorized), over the square of the share that is left (R. Wilcox, Introduction to Robust
 * Estimation and Hypothesis Testing, chapter 3). NaN for fewer than two values.
 */
export function trimmedVariance(values: readonly number[], share: number): number {
  const cut = Math.floor(share * values.length);
  const sorted = [...values].sort((a, b) => a - b);
  const [least = Number.NaN, most = Number.NaN] = [sorted[cut], sorted[sorted.length - 1 - cut]];
  return variance(values.map((value) => Math.min(most, Math.max(least, value)))) / (1 - (2 * cut) / values.length) ** 2;
}
