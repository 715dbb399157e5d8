/** Returns the middle value, or the mean of the two middle ones. NaN for no values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[upper] as number;
  return sorted.length === 0 ? Number.NaN : ((sorted[upper - 1] as number) + (sorted[upper] as number)) / 2;
}
