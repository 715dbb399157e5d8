/**
 * Returns p of the two-sided sign test: the probability that a fair coin falls at least as unevenly as differences lie
 * above and below 0. Differences of exactly 0 are left out. 1 when there are none (W. J. Dixon, A. M. Mood, JASA 41,
 * 1946).
 */
export function signTest(differences: readonly number[]): number {
  const above = differences.filter((difference) => difference > 0).length;
  const n = differences.filter((difference) => difference !== 0).length;
  const extreme = Math.min(above, n - above);
  let probability = 0.5 ** n;
  let tail = 0;
  for (let k = 0; k <= extreme; k++) {
    tail += probability;
    probability *= (n - k) / (k + 1);
  }
  return Math.min(1, 2 * tail);
}
