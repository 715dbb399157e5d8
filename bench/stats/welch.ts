import { mean, variance } from './mean.ts';

/**
 * Returns Welch's t: the difference between the means of two samples, in standard errors, when their variances may
 * differ (B. L. Welch, Biometrika 34, 1947). Positive when the first mean is larger. Infinite when the means differ and
 * nothing scatters, 0 when neither. NaN for a sample of fewer than two.
 */
export function welchT(a: readonly number[], b: readonly number[]): number {
  const difference = mean(a) - mean(b);
  const error = Math.sqrt(variance(a) / a.length + variance(b) / b.length);
  return difference === 0 && error === 0 ? 0 : difference / error;
}
