import { fUpperTail } from './f-distribution.ts';
import { studentQuantile } from './student-distribution.ts';

/**
 * The share to cut off each side of resampled estimates so that the interval covers as it should: with few samples plain
 * percentiles are too narrow. Widened by √(n/(n − 1)) and by Student's t in place of the normal distribution
 * (T. Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69, 2015, section 3.3).
 * @param tail the share that shall be outside on one side, such as 0.025.
 * @param n how many were drawn from, 2 or more.
 */
export function expandedTail(tail: number, n: number): number {
  return normalTail(Math.sqrt(n / (n - 1)) * studentQuantile(tail, n - 1));
}

/** Beyond so many degrees of freedom Student's t is the normal distribution. */
const NORMAL_FREEDOM = 1e6;

/** P(Z > z) of a standard normal number, z from 0: its square is F(1, ∞). */
function normalTail(z: number): number {
  return fUpperTail(z * z, 1, NORMAL_FREEDOM) / 2;
}
