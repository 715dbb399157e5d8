import { nowNanos } from '../measure/clock.ts';
import type { Placement } from '../run/placement.ts';
import { mser5 } from '../stats/mser.ts';
import type { Arm } from './arm.ts';
import type { ArmName } from './order.ts';
import type { CheckPlan } from './plan.ts';
import { loadOf, type Pace, RATE_WINDOWS, SAMPLES_FOR_P99, start } from './session.ts';

/** The pilot watches each program so long, in slices of a tenth of a second. */
const PILOT_MS = 6000;
const SLICE_MS = 100;
/** Warm-up is so much longer than what the pilot saw, and at least so long. */
const SAFETY = 1.5;
const LEAST_WARMUP_MS = 300;
/** The common rate, as a share of what the slower one reaches. */
const RATE_SHARE = 0.6;
const MOST_WINDOW_MS = 5000;
/** Of response times a little more are asked for than are needed: Poisson arrivals differ. */
const SPARE = 1.1;

/** What the pilot saw of one program, slice by slice. */
export interface PilotTrace {
  readonly requestsPerSecond: readonly number[];
  readonly cpuNanosPerRequest: readonly number[];
}

/**
 * How long to warm up: one and a half times the longest beginning that MSER-5 cuts off any trace; the same for all.
 * @returns null when a trace never came to rest: more than half of it would have to go.
 */
export function warmupMs(traces: readonly PilotTrace[]): number | null {
  const series = traces.flatMap(({ requestsPerSecond, cpuNanosPerRequest }) => [
    requestsPerSecond,
    ...(cpuNanosPerRequest.length > 0 ? [cpuNanosPerRequest] : []),
  ]);
  const cuts = series.map(mser5);
  if (cuts.some(({ unsteady }) => unsteady)) return null;
  return Math.max(LEAST_WARMUP_MS, SAFETY * SLICE_MS * Math.max(...cuts.map(({ cut }) => cut)));
}

/** The common rate, and how long its windows must be for p99 to be estimated. @param capacities requests a second. */
export function commonPace(capacities: readonly number[], windowMs: number): Pick<Pace, 'rate' | 'rateWindowMs'> {
  const rate = Math.floor(RATE_SHARE * Math.min(...capacities));
  if (rate < 1) return { rate: 0, rateWindowMs: 0 };
  const needed = (SPARE * SAMPLES_FOR_P99 * 1000) / (rate * RATE_WINDOWS);
  return { rate, rateWindowMs: Math.min(MOST_WINDOW_MS, Math.max(2 * windowMs, needed)) };
}

/**
 * Watches a fresh A and a fresh B from their first request on, one after the other.
 * @param paced is there to be a load at a rate, too?
 * @returns what sessions are to have in common; `unsteady` when a program did not come to rest: then twice as long a
 * warm-up as a trace lasted is worth a try.
 * @throws {TargetError} when a server fails.
 */
export async function runPilot(
  plan: CheckPlan,
  placement: Placement,
  paced: boolean,
  signal: AbortSignal,
): Promise<Pace & { readonly unsteady: boolean }> {
  const traces: PilotTrace[] = [];
  for (const name of ['a', 'b'] as const) traces.push(await watch(name, plan, placement, signal));
  const found = warmupMs(traces);
  const capacities = traces.map(({ requestsPerSecond }) => lastHalfMean(requestsPerSecond));
  const pace = paced ? commonPace(capacities, plan.windowMs) : { rate: 0, rateWindowMs: 0 };
  return { warmupMs: found ?? PILOT_MS, unsteady: found === null, ...pace };
}

async function watch(name: ArmName, plan: CheckPlan, placement: Placement, signal: AbortSignal): Promise<PilotTrace> {
  const arm = await start(name, plan, placement, signal);
  try {
    return await trace(arm, plan, placement, signal);
  } finally {
    await arm.stop();
  }
}

async function trace(arm: Arm, plan: CheckPlan, placement: Placement, signal: AbortSignal): Promise<PilotTrace> {
  const slices = PILOT_MS / SLICE_MS;
  const generator = await arm.open(loadOf(plan, placement, 0, slices));
  const requestsPerSecond: number[] = [];
  const cpuNanosPerRequest: number[] = [];
  const end = nowNanos() + 3 * PILOT_MS * 1e6;
  for (let slice = 0; slice < slices && nowNanos() < end; slice++) {
    signal.throwIfAborted();
    const reading = await arm.window(generator, SLICE_MS);
    requestsPerSecond.push(reading.load.requestsPerSecond);
    if (reading.cpuNanosPerRequest !== null) cpuNanosPerRequest.push(reading.cpuNanosPerRequest);
  }
  return { requestsPerSecond, cpuNanosPerRequest };
}

function lastHalfMean(values: readonly number[]): number {
  const half = values.slice(values.length >> 1);
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}
