/** Returns the middle value, or the mean of the two middle ones. NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[upper] as number;
  return sorted.length === 0 ? Number.NaN : ((sorted[upper - 1] as number) + (sorted[upper] as number)) / 2;
}

/**
 * Returns the interval of medians that the two-sided sign test at `alpha` does not reject: two of the values, equally
 * far from the ends of their order. It contains the median of the distribution with a confidence of at least 1 - alpha,
 * whatever its shape (M. Hollander, D. Wolfe, Nonparametric Statistical Methods, 3.6). Undefined when there are too few
 * values to reject anything: fewer than 6 for an alpha of 0.05.
 */
export function medianInterval(
  values: readonly number[],
  alpha: number,
): { readonly low: number; readonly high: number } | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  // As a logarithm: of 2,000 values, 0.5 ** n would be 0.
  let logProbability = n * Math.log(0.5);
  let cumulated = Math.exp(logProbability);
  let skipped = 0;
  for (; cumulated <= alpha / 2 && skipped < n; skipped++) {
    logProbability += Math.log((n - skipped) / (skipped + 1));
    cumulated += Math.exp(logProbability);
  }
  if (skipped === 0) return undefined;
  return { low: sorted[skipped - 1] as number, high: sorted[n - skipped] as number };
}
