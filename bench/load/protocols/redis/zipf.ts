const TWO_32 = 2 ** 32;

/**
 * Zipf's distribution: item k of n, from 0, has a probability proportional to (k + 1)^-s. Draws by rejection-inversion,
 * without tables and in constant time: W. Hörmann and G. Derflinger, Rejection-inversion to generate variates from
 * monotone discrete distributions, ACM TOMACS 6(3), 1996.
 */
export class Zipf {
  readonly #n: number;
  readonly #s: number;
  readonly #atFirst: number;
  readonly #atLast: number;
  readonly #cut: number;

  /**
   * @param n number of items, 1 to 2^31.
   * @param s exponent, above 0.
   */
  constructor(n: number, s: number) {
    this.#n = n;
    this.#s = s;
    this.#atFirst = integral(1.5, s) - 1;
    this.#atLast = integral(n + 0.5, s);
    this.#cut = 2 - inverse(integral(2.5, s) - 2 ** -s, s);
  }

  /**
   * Returns an item, or -1 when another one must be drawn. @param bits 32 random bits, signed. The parameter and the
   * result are integers, because V8 allocates memory for fractions that functions pass or return.
   */
  item(bits: number): number {
    const s = this.#s;
    const u = this.#atLast + ((bits >>> 0) / TWO_32) * (this.#atFirst - this.#atLast);
    // inverse() and integral(), inlined.
    const t = Math.max(-1, u * (1 - s));
    const x = Math.exp((t === 0 ? 1 : Math.log1p(t) / t) * u);
    const k = Math.min(this.#n, Math.max(1, Math.floor(x + 0.5)));
    if (k - x <= this.#cut) return (k - 1) | 0;
    const log = Math.log(k + 0.5);
    const v = (1 - s) * log;
    const area = (v === 0 ? 1 : Math.expm1(v) / v) * log;
    return u >= area - k ** -s ? (k - 1) | 0 : -1;
  }
}

/** Integral of x^-s: (x^(1-s) - 1) / (1 - s), which is log x for s = 1. */
function integral(x: number, s: number): number {
  const log = Math.log(x);
  const t = (1 - s) * log;
  return (t === 0 ? 1 : Math.expm1(t) / t) * log;
}

function inverse(area: number, s: number): number {
  const t = Math.max(-1, area * (1 - s));
  return Math.exp((t === 0 ? 1 : Math.log1p(t) / t) * area);
}
