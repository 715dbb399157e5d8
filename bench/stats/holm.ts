/**
 * Holm's step-down procedure: p-values raised so that those below alpha may all be called significant, with a
 * probability of at most alpha that any of them is wrongly (S. Holm, Scandinavian Journal of Statistics 6, 1979).
 * In the order they were given.
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
