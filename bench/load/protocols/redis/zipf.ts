/**
 * Zipf's distribution: rank k of 1 to n has a probability proportional to k^-s. Draws by rejection-inversion, without
 * tables and in constant time: W. Hörmann and G. Derflinger, Rejection-inversion to generate variates from monotone
 * discrete distributions, ACM TOMACS 6(3), 1996.
 */
export class Zipf {
  readonly #n: number;
  readonly #s: number;
  readonly #atFirst: number;
  readonly #atLast: number;
  readonly #cut: number;

  /**
   * @param n number of ranks, from 1.
   * @param s exponent, above 0.
   */
  constructor(n: number, s: number) {
    this.#n = n;
    this.#s = s;
    this.#atFirst = this.#integral(1.5) - 1;
    this.#atLast = this.#integral(n + 0.5);
    this.#cut = 2 - this.#inverse(this.#integral(2.5) - 2 ** -s);
  }

  /** Returns a rank from 1 to n, or 0 when it must be drawn again. @param uniform random number in [0, 1). */
  rank(uniform: number): number {
    const u = this.#atLast + uniform * (this.#atFirst - this.#atLast);
    const x = this.#inverse(u);
    const k = Math.min(this.#n, Math.max(1, Math.floor(x + 0.5)));
    return k - x <= this.#cut || u >= this.#integral(k + 0.5) - k ** -this.#s ? k : 0;
  }

  /** Integral of x^-s: (x^(1-s) - 1) / (1 - s), which is log x for s = 1. */
  #integral(x: number): number {
    const log = Math.log(x);
    const t = (1 - this.#s) * log;
    return (t === 0 ? 1 : Math.expm1(t) / t) * log;
  }

  #inverse(x: number): number {
    const t = Math.max(-1, x * (1 - this.#s));
    return Math.exp((t === 0 ? 1 : Math.log1p(t) / t) * x);
  }
}
