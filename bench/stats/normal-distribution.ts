import { fUpperTail } from './f-distribution.ts';

/** Degrees of freedom at which Student's t is the normal distribution. */
const NORMAL_FREEDOM = 1e6;

/** Returns P(Z > z) of a standard normal number, for z ≥ 0: Z² is F(1, ∞). */
export function normalTail(z: number): number {
  return fUpperTail(z * z, 1, NORMAL_FREEDOM) / 2;
}
