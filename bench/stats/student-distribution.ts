import { fUpperTail } from './f-distribution.ts';

/** Returns t with P(T > t) = tail, for a tail below a half: by bisection, as t² is F(1, freedom). At most 1,000. */
export function studentQuantile(tail: number, freedom: number): number {
  let [low, high] = [0, 1000];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (fUpperTail(middle * middle, 1, freedom) / 2 > tail) low = middle;
    else high = middle;
  }
  return low;
}
