import { fUpperTail } from './f-distribution.ts';

/** Results of {@link bisected}: the same few are asked for again and again. */
const quantiles = new Map<string, number>();

/** Returns t with P(T > t) = tail, for a tail below a half. At most 1,000. */
export function studentQuantile(tail: number, freedom: number): number {
  const key = `${tail} ${freedom}`;
  const known = quantiles.get(key) ?? bisected(tail, freedom);
  quantiles.set(key, known);
  return known;
}

/** Finds it by bisection, as t² is F(1, freedom). */
function bisected(tail: number, freedom: number): number {
  let [low, high] = [0, 1000];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (fUpperTail(middle * middle, 1, freedom) / 2 > tail) low = middle;
    else high = middle;
  }
  return low;
}
