/**
 * Adjusts p-values by Holm's step-down procedure. If all adjusted values below alpha are called significant, the
 * probability that any of them is so wrongly is at most alpha (S. Holm, Scandinavian Journal of Statistics 6, 1979).
 * @returns the adjusted values, in the order given.
 */
export function holmAdjusted(ps: readonly number[]): number[] {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] as number) - (ps[b] as number));
  const adjusted = new Array<number>(ps.length);
  let largest = 0;
  order.forEach((at, step) => {
    largest = Math.max(largest, Math.min(1, (ps.length - step) * (ps[at] as number)));
    adjusted[at] = largest;
  });
  return adjusted;
}
