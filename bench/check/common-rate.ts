import { median } from '../stats/median.ts';
import type { Arm } from './arm.ts';
import type { Percentile, WindowReading } from './window-reading.ts';

/**
 * The first common rate tried, as a share of the slower program's capacity. Queueing multiplies what stalls of the machine
 * add to response times by 1 / (1 − load), so a lower load shows the same difference with less scatter: with an echo server
 * in C, the mean p99 of 64 windows of two equal programs differed by a standard deviation of 0.24 and 0.33 at 40 % (server
 * and generator with a CPU each, and sharing both), and of 0.18 and 0.19 at 24 %.
 */
const RATE_SHARE = 0.25;
/**
 * Highest share of its CPU that the generator may use at the common rate. Above it, response times contain the
 * generator's own queue.
 */
const MAX_UTILIZATION = 0.7;
/** Highest share of a percentile of response time that may be schedule lag. */
const MAX_LAG_SHARE = 0.5;
/** Each further rate tried, as a share of the one before. */
const STEP = 0.6;
const TRIES = 6;
/** Schedule lag hardly depends on the rate: a machine that delays the generator does so at any rate. */
const TRIES_FOR_LAG = 2;

/** What the generator needed at a rate: medians over windows of both programs. */
export interface RateTrial {
  /** Share of its time for which the busiest generator thread ran on a CPU. */
  readonly utilization: number;
  /** Schedule lag as a share of response time; 0 where the load does not report it. */
  readonly lagShares: Readonly<Record<Percentile, number>>;
}

/** The rate of the windows that measure response times, and the percentiles that cannot be measured at it. */
export interface CommonRate {
  /** Requests per second; 0 when the generator carries no rate. */
  readonly rate: number;
  readonly dropped: readonly { readonly metric: Percentile; readonly reason: string }[];
}

/** Summarizes what the generator needed in windows at one rate. */
export function rateTrial(windows: readonly RateReading[]): RateTrial {
  const lagShare = (percentile: Percentile) =>
    median(
      windows.map(({ responses, responseNanos, scheduleLagNanos }) =>
        responses === 0 || scheduleLagNanos === null ? 0 : scheduleLagNanos[percentile] / responseNanos[percentile],
      ),
    );
  return {
    utilization: median(windows.map(({ utilization }) => utilization)),
    lagShares: { p50: lagShare('p50'), p99: lagShare('p99') },
  };
}

type RateReading = Pick<WindowReading, 'responses' | 'responseNanos' | 'scheduleLagNanos' | 'utilization'>;

/**
 * Finds the highest rate tried that the generator carries with room: it uses at most 70 % of its CPU, and at most half
 * of a percentile of response time is schedule lag. A fast server needs a low rate, which is not a fault. A percentile
 * whose lag is too high at two carried rates is dropped.
 * @param capacity requests per second that the slower program completes.
 * @param tryAt loads both programs at a rate for a while.
 */
export async function findCommonRate(
  capacity: number,
  tryAt: (rate: number) => Promise<RateTrial>,
): Promise<CommonRate> {
  let rate = Math.floor(RATE_SHARE * capacity);
  let best: CommonRate = none(`the servers complete only ${capacity.toFixed(1)} requests/s`);
  for (let tried = 0, carried = 0; tried < TRIES && carried < TRIES_FOR_LAG && rate >= 1; tried++) {
    const { utilization, lagShares } = await tryAt(rate);
    if (utilization <= MAX_UTILIZATION) {
      carried++;
      const found = { rate, dropped: tooLate(rate, lagShares) };
      if (found.dropped.length === 0) return found;
      if (best.rate === 0 || found.dropped.length < best.dropped.length) best = found;
    } else if (best.rate === 0) {
      const used = `${Math.round(utilization * 100)} % of its CPU`;
      best = none(`no common rate leaves the generator spare CPU time: it used ${used} even at ${rate} requests/s`);
    }
    rate = Math.floor(rate * STEP);
  }
  return best.dropped.length === 2 ? { ...best, rate: 0 } : best;
}

function none(reason: string): CommonRate {
  return { rate: 0, dropped: (['p50', 'p99'] as const).map((metric) => ({ metric, reason })) };
}

function tooLate(rate: number, lagShares: RateTrial['lagShares']): CommonRate['dropped'] {
  return (['p50', 'p99'] as const).flatMap((metric) => {
    const share = Math.round(lagShares[metric] * 100);
    const reason = `at ${rate} requests/s, ${share} % of it is time before the generator sent the requests`;
    return lagShares[metric] > MAX_LAG_SHARE ? [{ metric, reason }] : [];
  });
}

const TRIAL_WARMUP_MS = 300;
const TRIAL_WINDOWS = 4;
const TRIAL_WINDOW_MS = 100;

/**
 * Measures windows at a rate over connections of their own, one program after the other.
 * @throws {TargetError} when a program fails.
 */
export async function tryRate(arms: Iterable<Arm>, load: Parameters<Arm['open']>[0]): Promise<RateTrial> {
  const windows: WindowReading[] = [];
  for (const arm of arms) {
    const generator = await arm.open({ ...load, windows: TRIAL_WINDOWS + 1 });
    await arm.window(generator, TRIAL_WARMUP_MS);
    for (let i = 0; i < TRIAL_WINDOWS; i++) windows.push(await arm.window(generator, TRIAL_WINDOW_MS));
    await arm.close();
  }
  return rateTrial(windows);
}
