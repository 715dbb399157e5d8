import { nowNanos } from '../measure/clock.ts';
import type { Placement } from '../run/placement.ts';
import { median } from '../stats/median.ts';
import { mser5 } from '../stats/mser.ts';
import type { Arm } from './arm.ts';
import type { ArmName } from './order.ts';
import type { CheckPlan } from './plan.ts';
import { loadOf, type Pace, RATE_WINDOWS, SAMPLES_FOR_P99, start } from './session.ts';

/**
 * The pilot starts each program so often, and watches it for so long each time, in slices. MSER-5 takes a change of the
 * machine's speed for a warm-up, too, so that its cuts are too long rather than too short: of one program on a machine
 * whose speed wandered, 0.25 to 1.75 s. A warm-up is in every start, so the least of three cuts holds it.
 */
const STARTS = 3;
const TRACE_MS = 3000;
const SLICE_MS = 50;
/** Warm-up is so much longer than what the pilot saw, and at least so long. */
const SAFETY = 1.5;
const LEAST_WARMUP_MS = 300;
/** The common rate, as a share of what the slower one reaches. */
const RATE_SHARE = 0.6;
const MOST_WINDOW_MS = 1250;
/** Of response times a little more are asked for than are needed: Poisson arrivals differ. */
const SPARE = 1.1;

/** What the pilot saw of one start of a program, slice by slice. */
export interface PilotTrace {
  readonly requestsPerSecond: readonly number[];
  readonly cpuNanosPerRequest: readonly number[];
}

/**
 * How long to warm up, the same for all: one and a half times what MSER-5 cuts off every start of a program, be it of
 * throughput or CPU time.
 * @param programs traces of each program's starts.
 * @returns null when no start of a program came to rest: more than half of each trace would have to go.
 */
export function warmupMs(programs: readonly (readonly PilotTrace[])[]): number | null {
  const metrics = programs.flatMap((starts) => [
    starts.map(({ requestsPerSecond }) => requestsPerSecond),
    starts.map(({ cpuNanosPerRequest }) => cpuNanosPerRequest),
  ]);
  const cuts = metrics.map((traces) => traces.map(mser5));
  if (cuts.some((starts) => starts.every(({ unsteady }) => unsteady))) return null;
  const longest = Math.max(...cuts.map((starts) => Math.min(...starts.map(({ cut }) => cut))));
  return Math.max(LEAST_WARMUP_MS, SAFETY * SLICE_MS * longest);
}

/** The common rate, and how long its windows must be for p99 to be estimated. @param capacities requests a second. */
export function commonPace(capacities: readonly number[], windowMs: number): Pick<Pace, 'rate' | 'rateWindowMs'> {
  const rate = Math.floor(RATE_SHARE * Math.min(...capacities));
  if (rate < 1) return { rate: 0, rateWindowMs: 0 };
  const needed = (SPARE * SAMPLES_FOR_P99 * 1000) / (rate * RATE_WINDOWS);
  return { rate, rateWindowMs: Math.max(windowMs, Math.min(MOST_WINDOW_MS, needed)) };
}

/**
 * Watches fresh processes of A and of B from their first request on, in turn.
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
  const starts = { a: [] as PilotTrace[], b: [] as PilotTrace[] };
  for (let start = 0; start < STARTS; start++) {
    for (const name of ['a', 'b'] as const) starts[name].push(await watch(name, plan, placement, signal));
  }
  const programs = [starts.a, starts.b];
  const found = warmupMs(programs);
  const capacities = programs.map((traces) =>
    median(traces.map(({ requestsPerSecond }) => lastHalfMean(requestsPerSecond))),
  );
  const pace = paced ? commonPace(capacities, plan.windowMs) : { rate: 0, rateWindowMs: 0 };
  return { warmupMs: found ?? TRACE_MS, unsteady: found === null, ...pace };
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
  const slices = TRACE_MS / SLICE_MS;
  const generator = await arm.open(loadOf(plan, placement, 0, slices, { seed: plan.seed }));
  const requestsPerSecond: number[] = [];
  const cpuNanosPerRequest: number[] = [];
  const end = nowNanos() + 3 * TRACE_MS * 1e6;
  for (let slice = 0; slice < slices && nowNanos() < end; slice++) {
    signal.throwIfAborted();
    const reading = await arm.window(generator, SLICE_MS);
    requestsPerSecond.push(reading.requestsPerSecond);
    if (reading.cpuNanosPerRequest !== null) cpuNanosPerRequest.push(reading.cpuNanosPerRequest);
  }
  return { requestsPerSecond, cpuNanosPerRequest };
}

function lastHalfMean(values: readonly number[]): number {
  const half = values.slice(values.length >> 1);
  return half.reduce((sum, value) => sum + value, 0) / half.length;
}
