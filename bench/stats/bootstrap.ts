import { fUpperTail } from './f-distribution.ts';
import { studentQuantile } from './student-distribution.ts';

/**
 * Returns the share to cut off each side of resampled estimates for the interval to have its nominal coverage: with few
 * samples, plain percentiles are too narrow. They are widened by √(n/(n − 1)) and by Student's t in place of the normal
 * distribution (T. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015,
 * section 3.3).
 * @param tail the share that should be outside on one side, such as 0.025.
 * @param n size of the sample that was drawn from, 2 or more.
 */
export function expandedTail(tail: number, n: number): number {
  return normalTail(Math.sqrt(n / (n - 1)) * studentQuantile(tail, n - 1));
}

/** Degrees of freedom at which Student's t is the normal distribution. */
const NORMAL_FREEDOM = 1e6;

/** Returns P(Z > z) of a standard normal number, for z ≥ 0: Z² is F(1, ∞). */
function normalTail(z: number): number {
  return fUpperTail(z * z, 1, NORMAL_FREEDOM) / 2;
}
