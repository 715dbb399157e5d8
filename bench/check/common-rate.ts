import { median } from '../stats/median.ts';
import type { Arm, WindowReading } from './arm.ts';

/**
 * The common rate begins at this share of what the slower program reaches. METHOD: about 60 % or less. Queues multiply
 * what a machine's stalls add to response times by 1 / (1 − load), so that less tells the same with less scatter.
 */
const RATE_SHARE = 0.4;
/** Of its CPU, the generator may need that much at the common rate: at more, response times are its own queue. */
const MOST_UTILIZATION = 0.7;
/** Of a percentile of response time, that much may be how late requests are sent. */
const MOST_LAG_SHARE = 0.5;
/** Each further rate that is tried is this share of the one before. */
const STEP = 0.6;
const TRIES = 6;
/** Lateness hardly depends on the rate: a machine that keeps the generator waiting does so at any. */
const TRIES_FOR_LAG = 2;

const percentiles = { p50: 0.5, p99: 0.99 } as const;
type Percentile = keyof typeof percentiles;

/** What the generator needed at a rate: medians over windows of both programs. */
export interface RateTrial {
  /** Share of its time that the busiest generator thread was at work on a CPU. */
  readonly utilization: number;
  /** How late requests were sent, as a share of response time; 0 where the load does not report it. */
  readonly lagShares: Readonly<Record<Percentile, number>>;
}

/** The rate of windows that tell of response times, and what of them can't be told at it. */
export interface CommonRate {
  /** 0: the generator carries none. */
  readonly rate: number;
  readonly dropped: readonly { readonly metric: Percentile; readonly reason: string }[];
}

/** What windows at one rate say of the generator. */
export function rateTrial(windows: readonly Pick<WindowReading, 'load'>[]): RateTrial {
  const lagShare = (q: number) =>
    median(
      windows.map(({ load: { latencies } }) => {
        const { response, scheduleLag } = latencies;
        return response.count === 0 || scheduleLag.count === 0 ? 0 : scheduleLag.quantile(q) / response.quantile(q);
      }),
    );
  return {
    utilization: median(windows.map(({ load }) => load.utilization)),
    lagShares: { p50: lagShare(percentiles.p50), p99: lagShare(percentiles.p99) },
  };
}

/**
 * The highest rate of those tried that the generator carries with room: at most 70 % of its CPU, and at most half of a
 * percentile of response time before requests are sent. A fast server needs a low rate, and is no fault. A percentile
 * that is too late at two such rates is dropped.
 * @param capacity requests a second that the slower program completes.
 * @param tryAt puts a rate on both programs for a while.
 */
export async function findCommonRate(
  capacity: number,
  tryAt: (rate: number) => Promise<RateTrial>,
): Promise<CommonRate> {
  let rate = Math.floor(RATE_SHARE * capacity);
  let best: CommonRate = none(`the servers complete only ${capacity.toFixed(1)} requests/s`);
  for (let tried = 0, carried = 0; tried < TRIES && carried < TRIES_FOR_LAG && rate >= 1; tried++) {
    const { utilization, lagShares } = await tryAt(rate);
    if (utilization <= MOST_UTILIZATION) {
      carried++;
      const found = { rate, dropped: tooLate(rate, lagShares) };
      if (found.dropped.length === 0) return found;
      if (best.rate === 0 || found.dropped.length < best.dropped.length) best = found;
    } else if (best.rate === 0) {
      const used = `${Math.round(utilization * 100)} % of its CPU`;
      best = none(`the generator carries no common rate with room: it used ${used} even at ${rate} requests/s`);
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
    const reason = `at ${rate} requests/s, ${share} % of it passed before the generator sent the requests`;
    return lagShares[metric] > MOST_LAG_SHARE ? [{ metric, reason }] : [];
  });
}

const TRIAL_WARMUP_MS = 300;
const TRIAL_WINDOWS = 4;
const TRIAL_WINDOW_MS = 100;

/** Windows at a rate over connections of their own, one program after the other. @throws {TargetError} when one fails. */
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
