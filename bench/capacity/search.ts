import type { Finding, Purpose } from '../model/capacity.ts';

/** A rate to try, and its purpose. A trial that brackets is short; a confirmation lasts a whole window. */
export interface Step {
  readonly purpose: Purpose;
  /** Requests per second. */
  readonly rate: number;
}

/** A step and its finding. */
export interface Tried extends Step {
  readonly finding: Finding;
}

/** The range of rates to search, and the rate to start with. */
export interface SearchRange {
  readonly startRate: number;
  readonly leastRate: number;
  readonly mostRate: number;
}

/** Result of trials of one length: the lowest rate that was not kept, and the highest rate kept below it. */
export interface Bounds<T extends Tried = Tried> {
  readonly kept: T | undefined;
  readonly broken: T | undefined;
}

/** A bracket is narrow enough when its upper end is at most this multiple of its lower end. */
export const NARROW = 1.05;
/** Rates are rounded to this number of digits, so brackets may be wider by ROUNDING. */
const RATE_DIGITS = 4;
const ROUNDING = 1.002;

/** Shares of the confirmed rate at which latency and CPU time are measured. */
export const PROFILE_SHARES = [0.1, 0.5, 0.9] as const;

/**
 * Returns the next step of a search for a capacity, as a function of what was tried so far. Short trials bracket the
 * capacity: by doubling (or halving) from the start, then by bisection on the logarithm. Whole windows confirm the
 * bracket's lower end and refute a rate just above it: when the first is not kept, or the second is, they step down or
 * up by growing steps, and bisect in turn. Trials at shares of the confirmed rate come last.
 * @returns null when nothing is left to try.
 */
export function nextStep(tried: readonly Tried[], range: SearchRange): Step | null {
  const bracket = bracketing(of(tried, 'bracket'), range);
  if (bracket !== null) return { purpose: 'bracket', rate: rounded(bracket) };
  const confirm = confirming(of(tried, 'confirm'), boundsOf(of(tried, 'bracket')).kept, range);
  if (confirm !== null) return { purpose: 'confirm', rate: rounded(confirm) };
  return profiling(tried);
}

/** Returns what was tried for one purpose. */
export function of<T extends Tried>(tried: readonly T[], purpose: Purpose): T[] {
  return tried.filter((each) => each.purpose === purpose);
}

/**
 * Returns the bounds. Noise may make a higher rate look kept, so only rates below the lowest that was not kept count.
 */
export function boundsOf<T extends Tried>(tried: readonly T[]): Bounds<T> {
  const byRate = [...tried].sort((a, b) => a.rate - b.rate);
  const broken = byRate.find(({ finding }) => finding !== 'met');
  const kept = byRate.findLast(({ rate, finding }) => finding === 'met' && (!broken || rate < broken.rate));
  return { kept, broken };
}

function bracketing(tried: readonly Tried[], range: SearchRange): number | null {
  const { kept, broken } = boundsOf(tried);
  if (kept && broken) return between(kept.rate, broken.rate);
  if (kept) return upwards(kept.rate, 2, range);
  if (broken) return downwards(broken.rate, 2, range);
  return range.startRate;
}

/** @param found the highest rate that short trials kept. */
function confirming(tried: readonly Tried[], found: Tried | undefined, range: SearchRange): number | null {
  const { kept, broken } = boundsOf(tried);
  if (kept && broken) return between(kept.rate, broken.rate);
  // 5 %, 10 %, 22 %, …: few windows, even when the short trials were far off.
  const factor = NARROW ** (2 ** (tried.length - 1));
  if (kept) return upwards(kept.rate, factor, range);
  if (broken) return downwards(broken.rate, factor, range);
  return found?.rate ?? null;
}

function profiling(tried: readonly Tried[]): Step | null {
  const { kept } = boundsOf(of(tried, 'confirm'));
  const share = PROFILE_SHARES[of(tried, 'profile').length];
  return kept && share ? { purpose: 'profile', rate: rounded(kept.rate * share) } : null;
}

/** Returns the middle of a bracket on the logarithm; null when the bracket is narrow enough. */
function between(low: number, high: number): number | null {
  return high > low * NARROW * ROUNDING ? Math.sqrt(low * high) : null;
}

function upwards(rate: number, factor: number, { mostRate }: SearchRange): number | null {
  const most = rounded(mostRate);
  return rate < most ? Math.min(rate * factor, most) : null;
}

function downwards(rate: number, factor: number, { leastRate }: SearchRange): number | null {
  const least = rounded(leastRate);
  return rate > least ? Math.max(rate / factor, least) : null;
}

function rounded(rate: number): number {
  return Number(rate.toPrecision(RATE_DIGITS));
}
