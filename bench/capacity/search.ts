import type { Finding, Purpose } from '../model/capacity.ts';

/** A rate to try, and what for. A bracket's trial is short, a confirmation is a whole window. */
export interface Step {
  readonly purpose: Purpose;
  /** Requests a second. */
  readonly rate: number;
}

/** A step, and what came of it. */
export interface Tried extends Step {
  readonly finding: Finding;
}

/** Between what rates to search, and where to begin. */
export interface SearchRange {
  readonly startRate: number;
  readonly leastRate: number;
  readonly mostRate: number;
}

/** What trials of one length say: the highest rate kept below all that were not, and the lowest that was not. */
export interface Bounds<T extends Tried = Tried> {
  readonly kept: T | undefined;
  readonly broken: T | undefined;
}

/** A bracket is narrow enough when its upper end is no more than so many times its lower end. */
export const NARROW = 1.05;
/** Rates are rounded to so many digits, so brackets may be wider by as much. */
const RATE_DIGITS = 4;
const ROUNDING = 1.002;

/** Of the confirmed rate, where to look at latency and CPU time. */
export const PROFILE_SHARES = [0.1, 0.5, 0.9] as const;

/**
 * The search for a capacity, as a function of what was tried so far. Short trials bracket it: doubling (or halving)
 * from the start, then bisection on the logarithm. Whole windows confirm the bracket's lower end and refute a rate just
 * above: when the first is not kept, or the second is, they step down or up by growing steps, and bisect in turn. At last
 * come trials at shares of the confirmed rate.
 * @returns null when nothing is left to try.
 */
export function nextStep(tried: readonly Tried[], range: SearchRange): Step | null {
  const bracket = bracketing(of(tried, 'bracket'), range);
  if (bracket !== null) return { purpose: 'bracket', rate: rounded(bracket) };
  const confirm = confirming(of(tried, 'confirm'), boundsOf(of(tried, 'bracket')).kept, range);
  if (confirm !== null) return { purpose: 'confirm', rate: rounded(confirm) };
  return profiling(tried);
}

/** What was tried for one purpose. */
export function of<T extends Tried>(tried: readonly T[], purpose: Purpose): T[] {
  return tried.filter((each) => each.purpose === purpose);
}

/** Noise may make a higher rate look kept: only rates below the lowest that was not count. */
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

/** The middle of a bracket on the logarithm; null when it is narrow already. */
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
