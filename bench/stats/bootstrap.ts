import { normalTail } from './normal-distribution.ts';
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
