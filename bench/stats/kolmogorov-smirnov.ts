/**
 * Returns Kolmogorov's statistic D: the largest distance between the distribution function of a sample and that of the
 * exponential distribution with mean 1, from 0 to 1. 0 for an empty sample.
 */
export function distanceFromExponential(sample: ArrayLike<number>): number {
  const sorted = Float64Array.from(sample).sort();
  const n = sorted.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const expected = 1 - Math.exp(-Math.max(0, sorted[i] as number));
    // Here the sample's distribution function jumps from i/n to (i + 1)/n.
    distance = Math.max(distance, expected - i / n, (i + 1) / n - expected);
  }
  return distance;
}

/**
 * Returns how far a sample is from the constant 1: the share of its values that differ from 1 by more than a half, from
 * 0 to 1. Kolmogorov's distance is unusable here: from a constant it is a half as soon as values scatter at all.
 */
export function distanceFromConstant(sample: ArrayLike<number>): number {
  let off = 0;
  for (let i = 0; i < sample.length; i++) off += Math.abs((sample[i] as number) - 1) > 0.5 ? 1 : 0;
  return sample.length === 0 ? 0 : off / sample.length;
}

/** Probability that a sample from the very distribution is called different. */
const ALPHA = 0.001;

/**
 * Returns the distance that a sample of `n` from the very distribution exceeds with a probability of 0.001. For a fully
 * known distribution: Kolmogorov's limit √(-ln(α/2)/2), of which at α = 0.001 only the first term matters, with the
 * correction for finite n of M. A. Stephens, EDF Statistics for Goodness of Fit and Some Comparisons, JASA 69 (1974).
 */
export function criticalDistance(n: number): number {
  const root = Math.sqrt(n);
  return Math.sqrt(-Math.log(ALPHA / 2) / 2) / (root + 0.12 + 0.11 / root);
}
