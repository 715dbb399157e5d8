/**
 * The Universal Scalability Law (N. J. Gunther, Guerrilla Capacity Planning, 2007, chapters 4 to 6):
 * X(N) = γN / (1 + σ(N − 1) + κN(N − 1)), throughput at a concurrency of N.
 */
export interface UslCoefficients {
  /** γ: throughput at a concurrency of 1. */
  readonly gamma: number;
  /** σ, 0 to 1: the share of work that is serial (contention). */
  readonly sigma: number;
  /** κ, 0 or more: the cost of coordination between each pair (coherency). */
  readonly kappa: number;
}

/** Throughput at one level of concurrency. */
export interface UslPoint {
  /** N. */
  readonly concurrency: number;
  readonly throughput: number;
}

/** Returns the throughput that the law predicts. */
export function uslThroughput({ gamma, sigma, kappa }: UslCoefficients, n: number): number {
  return (gamma * n) / (1 + sigma * (n - 1) + kappa * n * (n - 1));
}

/** Returns the concurrency of highest throughput: √((1 − σ)/κ), at least 1; infinite when κ is 0. */
export function uslPeak({ sigma, kappa }: UslCoefficients): number {
  return kappa === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.sqrt((1 - sigma) / kappa));
}

type Start = Pick<UslCoefficients, 'sigma' | 'kappa'>;

/** Starts of the search, from almost no loss of either kind to heavy losses. */
const STARTS: readonly Start[] = [
  { sigma: 0.01, kappa: 1e-6 },
  { sigma: 0.1, kappa: 1e-4 },
  { sigma: 0.5, kappa: 1e-3 },
  { sigma: 0.9, kappa: 1e-2 },
  { sigma: 0.3, kappa: 1e-1 },
];
const MAX_STEPS = 60;
/** The search ends when a step lowers the sum of squares by a smaller share than this. */
const TOLERANCE = 1e-12;

/**
 * Fits the coefficients: the least sum of squares of ln X, as errors of throughput are relative. γ follows from the
 * other two. Those are found by Gauss-Newton steps with Levenberg's damping, bounded to σ from 0 to 1 and κ ≥ 0. There
 * are several starts, because the sum has several local minima.
 * @param starts where to begin, when the minimum is known approximately.
 * @throws {RangeError} for fewer than three points, or for one that is not above 0.
 */
export function fitUsl(points: readonly UslPoint[], starts: readonly Start[] = STARTS): UslCoefficients {
  if (points.length < 3) throw new RangeError('three coefficients need three points');
  if (points.some(({ concurrency, throughput }) => !(concurrency > 0 && throughput > 0))) {
    throw new RangeError('concurrency and throughput must be above 0');
  }
  const curve = new LogCurve(points);
  const found = least(starts.map((start) => descend(curve, start)));
  const { sigma, kappa } = touchesBound(found) ? least([found, ...alongBounds(curve, found)]) : found;
  return { gamma: Math.exp(curve.logGamma(sigma, kappa)), sigma, kappa };
}

/** Returns the sum of squares of a fit's residuals in ln X. */
export function uslResidual(points: readonly UslPoint[], coefficients: UslCoefficients): number {
  return points.reduce((sum, { concurrency, throughput }) => {
    return sum + Math.log(throughput / uslThroughput(coefficients, concurrency)) ** 2;
  }, 0);
}

interface Descent extends Start {
  readonly squares: number;
}

function least(descents: readonly Descent[]): Descent {
  return descents.reduce((a, b) => (b.squares < a.squares ? b : a));
}

/** Reports whether a bound holds a coefficient. The search then makes no progress in the other one either. */
function touchesBound({ sigma, kappa }: Descent): boolean {
  return sigma === 0 || sigma === 1 || kappa === 0;
}

/** What the curve is at some coefficients. */
interface Place {
  readonly denominators: Float64Array;
  /** Residuals in ln X, with γ at its best: their mean is 0. */
  readonly residuals: Float64Array;
}

function placeOf(points: number): Place {
  return { denominators: new Float64Array(points), residuals: new Float64Array(points) };
}

/** Points as ln(X/N), which the law predicts as ln γ minus ln of its denominator. */
class LogCurve {
  readonly #n: readonly number[];
  readonly #logs: readonly number[];
  /** Reused: a fit evaluates the curve hundreds of times, and resampling makes a thousand fits. */
  readonly #bySigma: Float64Array;
  readonly #byKappa: Float64Array;
  /** From where steps are made, and where {@link squares} was computed last. Logarithms are most of the cost. */
  #current: Place;
  #tried: Place;

  constructor(points: readonly UslPoint[]) {
    this.#n = points.map(({ concurrency }) => concurrency);
    this.#logs = points.map(({ concurrency, throughput }) => Math.log(throughput / concurrency));
    this.#bySigma = new Float64Array(points.length);
    this.#byKappa = new Float64Array(points.length);
    this.#current = placeOf(points.length);
    this.#tried = placeOf(points.length);
  }

  /** Returns the best ln γ for these coefficients: the mean of the residuals. */
  logGamma(sigma: number, kappa: number): number {
    const sum = this.#logs.reduce((total, log, i) => total + log + Math.log(this.#denominator(i, sigma, kappa)), 0);
    return sum / this.#logs.length;
  }

  squares(sigma: number, kappa: number): number {
    const { denominators, residuals } = this.#tried;
    for (let i = 0; i < this.#logs.length; i++) {
      const denominator = this.#denominator(i, sigma, kappa);
      denominators[i] = denominator;
      residuals[i] = (this.#logs[i] as number) + Math.log(denominator);
    }
    centre(residuals);
    return dot(residuals, residuals);
  }

  /** Makes further steps from the coefficients of the last {@link squares}. */
  accept(): void {
    [this.#current, this.#tried] = [this.#tried, this.#current];
  }

  /** Returns a damped step; without damping, it would end the search if the curve were straight. */
  step(damping: number): readonly [number, number] {
    const { denominators, residuals } = this.#current;
    const [bySigma, byKappa] = [this.#bySigma, this.#byKappa];
    for (let i = 0; i < this.#n.length; i++) {
      const n = this.#n[i] as number;
      const denominator = denominators[i] as number;
      bySigma[i] = (n - 1) / denominator;
      byKappa[i] = (n * (n - 1)) / denominator;
    }
    centre(bySigma);
    centre(byKappa);
    const a = dot(bySigma, bySigma) * (1 + damping);
    const b = dot(bySigma, byKappa);
    const c = dot(byKappa, byKappa) * (1 + damping);
    const [g, h] = [-dot(bySigma, residuals), -dot(byKappa, residuals)];
    const determinant = a * c - b * b;
    return determinant === 0 ? [0, 0] : [(g * c - h * b) / determinant, (a * h - b * g) / determinant];
  }

  #denominator(i: number, sigma: number, kappa: number): number {
    const n = this.#n[i] as number;
    return 1 + sigma * (n - 1) + kappa * n * (n - 1);
  }
}

function descend(curve: LogCurve, start: Start): Descent {
  let { sigma, kappa } = start;
  let squares = curve.squares(sigma, kappa);
  curve.accept();
  let damping = 1e-3;
  for (let i = 0; i < MAX_STEPS; i++) {
    const [bySigma, byKappa] = curve.step(damping);
    const [s, k] = [Math.min(1, Math.max(0, sigma + bySigma)), Math.max(0, kappa + byKappa)];
    // At a bound, or at the minimum: no damping changes that.
    if (s === sigma && k === kappa) break;
    const tried = curve.squares(s, k);
    if (tried >= squares) {
      damping *= 10;
      if (damping > 1e12) break;
      continue;
    }
    const gained = squares - tried;
    [sigma, kappa, squares] = [s, k, tried];
    curve.accept();
    damping = Math.max(1e-12, damping / 10);
    if (gained <= TOLERANCE * tried) break;
  }
  return { sigma, kappa, squares };
}

function alongBounds(curve: LogCurve, { sigma, kappa }: Start): Descent[] {
  return [
    alongBound(curve, kappa, (free) => ({ sigma: 0, kappa: free })),
    alongBound(curve, kappa, (free) => ({ sigma: 1, kappa: free })),
    alongBound(curve, sigma, (free) => ({ sigma: Math.min(1, free), kappa: 0 })),
  ];
}

/**
 * Returns the minimum along a bound, where one coefficient is free: by golden section on its logarithm, and 0 itself.
 */
function alongBound(curve: LogCurve, start: number, at: (free: number) => Start): Descent {
  const descentAt = (free: number): Descent => {
    const { sigma, kappa } = at(free);
    return { sigma, kappa, squares: curve.squares(sigma, kappa) };
  };
  const squaresAt = (log: number) => descentAt(Math.exp(log)).squares;
  const centre = Math.log(Math.max(start, 1e-6));
  let [low, high] = [centre - 12, centre + 12];
  const golden = (Math.sqrt(5) - 1) / 2;
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [squaresAt(left), squaresAt(right)];
  // Each step keeps one of the two inner places: the golden ratio is that at which it remains one.
  for (let i = 0; i < 60; i++) {
    if (atLeft < atRight) {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = squaresAt(left);
    } else {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = squaresAt(right);
    }
  }
  return least([descentAt(Math.exp((low + high) / 2)), descentAt(0)]);
}

/** Subtracts the mean from each value. */
function centre(values: Float64Array): void {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const mean = sum / values.length;
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) - mean;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
