/**
 * Returns the probability that an F-distributed number with these degrees of freedom is larger: 1 − I(x; d1/2, d2/2)
 * with the regularised incomplete beta function (NIST Digital Library of Mathematical Functions, 8.17).
 * @param f 0 or more.
 */
export function fUpperTail(f: number, d1: number, d2: number): number {
  return regularizedBeta(d2 / (d2 + d1 * f), d2 / 2, d1 / 2);
}

/** Returns I(x; a, b), x from 0 to 1: the continued fraction DLMF 8.17.22, by W. J. Lentz's method. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast below the mean; above it, that of the complement does.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)) / a;
  return front * betaFraction(x, a, b);
}

const TINY = 1e-300;

function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / nonzero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonzero(1 + even * d);
    c = nonzero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonzero(1 + odd * d);
    c = nonzero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return fraction;
}

function nonzero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/**
 * Returns ln Γ by Stirling's series (DLMF 5.11.1), after shifting z upwards to where it is exact to the last digits.
 */
function logGamma(z: number): number {
  let shift = 0;
  let x = z;
  for (; x < 10; x++) shift -= Math.log(x);
  const square = 1 / (x * x);
  const series = (1 / 12 - (1 / 360 - (1 / 1260 - square / 1680) * square) * square) / x;
  return shift + (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series;
}
