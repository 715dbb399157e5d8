import { streamOf } from '../../servers/random/streams.ts';
import type { Placement } from '../run/placement.ts';
import { type Scatter, scatterOf } from '../stats/allocation.ts';
import type { GatedMetric } from '../stats/gated-metrics.ts';
import { mean } from '../stats/mean.ts';
import { median } from '../stats/median.ts';
import { mser5 } from '../stats/mser.ts';
import type { Arm } from './arm.ts';
import { type CommonRate, findCommonRate, tryRate } from './common-rate.ts';
import { costsOfWindow, TRIMMED } from './costs.ts';
import { type ArmName, drawOrder } from './order.ts';
import type { CheckPlan } from './plan.ts';
import { loadOf, type Measured, measure, RATE_WARMUP_MS, type Scene, startArms, stopArms } from './session.ts';
import type { WindowReading } from './window-reading.ts';
import { fullWindow, rateWindow } from './windows.ts';

/**
 * How often the pilot starts each program, and how long it traces each start, in slices. MSER-5 also takes a change of
 * the machine's speed for a warm-up, so its cuts tend to be too long: 0.25 to 1.75 s for one program on a machine whose
 * speed wandered. Every start contains the warm-up, so the shortest of three cuts contains it too.
 */
const STARTS = 3;
const TRACE_MS = 3000;
const SLICE_MS = 50;
/**
 * Windows of each program, as in a session: the fewest, and their least duration in all, in windows of the requested
 * length. FULL is used when the warm-up is given.
 */
const FULL = { least: 4, lasting: 16 } as const;
const AT_RATE = { least: 12, lasting: 24 } as const;
/**
 * The warm-up is longer by this factor than what the pilot found, and not shorter than what the generator's fresh
 * threads need: with an echo server in C, which needs no warm-up, throughput rose by 15 % over the first 600 ms.
 */
const SAFETY = 1.5;
const MIN_WARMUP_MS = 700;

/**
 * Lower bounds of the variance between sessions. Processes of one program differ by a standard deviation of 0.7 % in
 * throughput and CPU time; the difference of two has twice that variance. Three starts are too few to estimate less.
 */
const MIN_BETWEEN: Readonly<Record<GatedMetric, number>> = {
  throughput: 2 * 0.007 ** 2,
  cpu: 2 * 0.007 ** 2,
  p50: 2 * 0.01 ** 2,
  p99: 2 * 0.02 ** 2,
};

/** What the pilot measured of one start of a program, slice by slice. */
export interface PilotTrace {
  readonly requestsPerSecond: readonly number[];
  readonly cpuNanosPerRequest: readonly number[];
}

/** What the pilot found. */
export interface PilotFindings {
  readonly warmupMs: number;
  /** True when a program did not become steady. A warm-up of twice the trace's length is then worth a try. */
  readonly unsteady: boolean;
  /** Undefined when no gated metric needs one. */
  readonly commonRate: CommonRate | undefined;
  /** Length of one window at full load. */
  readonly fullWindowMs: number;
  /** Length of one window at the common rate; 0 without one. */
  readonly rateWindowMs: number;
  /** Scatter of the differences of pairs of windows of those lengths. */
  readonly scatters: Readonly<Record<GatedMetric, Scatter>>;
  /** Time for each program in a session besides warm-up and windows. */
  readonly startMs: number;
  /** Time for each window besides its own length, at full load and at the common rate. */
  readonly fullOverheadMs: number;
  readonly rateOverheadMs: number;
}

/**
 * Returns how long to warm up, the same for all programs: one and a half times what MSER-5 cuts off every start of a
 * program, of throughput or CPU time, whichever is longer.
 * @param programs traces of each program's starts.
 * @returns null when no start of a program became steady: more than half of each trace would be cut off.
 */
export function warmupMs(programs: readonly (readonly PilotTrace[])[]): number | null {
  const metrics = programs.flatMap((starts) => [
    starts.map(({ requestsPerSecond }) => requestsPerSecond),
    starts.map(({ cpuNanosPerRequest }) => cpuNanosPerRequest),
  ]);
  const cuts = metrics.map((traces) => traces.map(mser5));
  if (cuts.some((starts) => starts.every(({ unsteady }) => unsteady))) return null;
  const longest = Math.max(...cuts.map((starts) => Math.min(...starts.map(({ cut }) => cut))));
  return Math.max(MIN_WARMUP_MS, SAFETY * SLICE_MS * longest);
}

/**
 * Starts A and B a few times and measures them in turn, as sessions do, from their first request on.
 * @param paced also measures at a common rate.
 * @throws {TargetError} when a server fails.
 */
export async function runPilot(
  plan: CheckPlan,
  placement: Placement,
  paced: boolean,
  signal: AbortSignal,
): Promise<PilotFindings> {
  const starts: PilotStart[] = [];
  let commonRate: CommonRate | undefined;
  for (let start = 0; start < STARTS; start++) {
    // The keys of sessions contain the session's number, so the pilot shares no stream with them.
    const streamKey = { seed: plan.seed, round: 0, ordinal: start };
    const order = drawOrder(['a', 'b'], streamOf('session order', streamKey));
    const scene = { plan, placement, warmupMs: plan.warmupMs ?? 0, order, streamKey, signal };
    const held = await holdStart(scene, paced, commonRate);
    commonRate = held.commonRate;
    starts.push(held);
  }
  const found =
    plan.warmupMs ?? warmupMs((['a', 'b'] as const).map((name) => starts.map((each) => traceOf(each, name))));
  const rate = commonRate?.rate ?? 0;
  const fullWindowMs = fullWindow(median(starts.map((each) => slowerCapacity(each.full))), plan.windowMs);
  return {
    ...{ warmupMs: found ?? TRACE_MS, unsteady: found === null, commonRate, fullWindowMs },
    ...{
      rateWindowMs: rate === 0 ? 0 : rateWindow(rate, plan.windowMs),
      scatters: scattersOf(starts, plan, fullWindowMs),
    },
    startMs: median(starts.map(({ startMs }) => startMs)),
    fullOverheadMs: median(starts.map(({ full }) => full.overheadMs)),
    rateOverheadMs: median(starts.map(({ atRate }) => atRate?.overheadMs ?? 0)),
  };
}

/** Returns findings without a pilot, for a given warm-up and sessions that are not planned from its scatter. */
export function withoutPilot(warmupMs: number, windowMs: number): PilotFindings {
  const none = { between: 0, within: 0 };
  return {
    ...{ warmupMs, unsteady: false, commonRate: undefined, fullWindowMs: windowMs, rateWindowMs: 0 },
    scatters: { throughput: none, cpu: none, p50: none, p99: none },
    ...{ startMs: 0, fullOverheadMs: 0, rateOverheadMs: 0 },
  };
}

/** One fresh start of both programs. */
interface PilotStart {
  readonly full: Measured;
  readonly atRate: Measured | undefined;
  readonly commonRate: CommonRate | undefined;
  /** Time for each program besides warm-up, windows and the search for a rate. */
  readonly startMs: number;
}

async function holdStart(scene: Scene, paced: boolean, known: CommonRate | undefined): Promise<PilotStart> {
  const begin = performance.now();
  const arms = await startArms(scene);
  let countedMs = 0;
  try {
    const { plan, placement } = scene;
    const windows =
      plan.warmupMs === null
        ? { count: TRACE_MS / SLICE_MS, windowMs: SLICE_MS }
        : { count: evenCount(FULL, plan.windowMs, plan.windowMs), windowMs: plan.windowMs };
    const full = await measure(arms, { rate: 0, ...windows, mostMs: 6 * TRACE_MS }, scene);
    await Promise.all([...arms.values()].map((arm) => arm.close()));
    countedMs += full.turnsMs + 2 * scene.warmupMs;
    const searchBegin = performance.now();
    const capacity = slowerCapacity(full);
    const commonRate = paced
      ? (known ??
        (await findCommonRate(capacity, (rate) =>
          tryRate(arms.values(), loadOf(plan, placement, rate, 0, scene.streamKey)),
        )))
      : undefined;
    countedMs += performance.now() - searchBegin;
    const rate = commonRate?.rate ?? 0;
    const atRate = rate === 0 ? undefined : await measureAtRate(arms, rate, scene);
    countedMs += atRate === undefined ? 0 : atRate.turnsMs + 2 * RATE_WARMUP_MS;
    await stopArms(arms);
    return { full, atRate, commonRate, startMs: Math.max(0, performance.now() - begin - countedMs) / 2 };
  } finally {
    await stopArms(arms);
  }
}

function measureAtRate(arms: ReadonlyMap<ArmName, Arm>, rate: number, scene: Scene): Promise<Measured> {
  const windowMs = rateWindow(rate, scene.plan.windowMs);
  const windows = { rate, count: evenCount(AT_RATE, windowMs, scene.plan.windowMs), windowMs };
  return measure(arms, windows, { ...scene, warmupMs: RATE_WARMUP_MS });
}

/** Returns an even number of windows of a given length: they alternate forwards and backwards. */
function evenCount({ least, lasting }: typeof FULL | typeof AT_RATE, windowMs: number, requestedMs: number): number {
  return Math.max(least, 2 * Math.ceil((lasting * requestedMs) / windowMs / 2));
}

/** Returns the capacity of the slower program. */
function slowerCapacity({ readings }: Measured): number {
  return Math.min(...[...readings.values()].map((each) => capacityOf(each)));
}

/** Returns requests per second in the second half of the windows, when the program is warm. */
function capacityOf(windows: readonly WindowReading[]): number {
  return mean(windows.slice(windows.length >> 1).map(({ requestsPerSecond }) => requestsPerSecond));
}

function traceOf({ full }: PilotStart, name: ArmName): PilotTrace {
  const windows = full.readings.get(name) ?? [];
  return {
    requestsPerSecond: windows.map(({ requestsPerSecond }) => requestsPerSecond),
    cpuNanosPerRequest: windows.flatMap(({ cpuNanosPerRequest }) => cpuNanosPerRequest ?? []),
  };
}

/** Estimates how each metric scatters, in windows of the length that a session uses. */
function scattersOf(
  starts: readonly PilotStart[],
  { warmupMs, windowMs }: CheckPlan,
  fullWindowMs: number,
): PilotFindings['scatters'] {
  const slices = Math.max(1, Math.round(fullWindowMs / (warmupMs === null ? SLICE_MS : windowMs)));
  const pairs = (metric: GatedMetric, of: (start: PilotStart) => Measured | undefined, group: number) =>
    starts.flatMap((start) => {
      const measured = of(start);
      return measured === undefined ? [] : [pairedDifferences(measured, metric, group)];
    });
  // The trace begins cold; its second half is warm.
  const full = (metric: GatedMetric) =>
    pairs(metric, ({ full }) => full, slices).map((each) => (warmupMs === null ? each.slice(each.length >> 1) : each));
  const atRate = (metric: GatedMetric) => pairs(metric, (start) => start.atRate, 1);
  return {
    throughput: scatter('throughput', full('throughput')),
    cpu: scatter('cpu', full('cpu')),
    p50: scatter('p50', atRate('p50')),
    p99: scatter('p99', atRate('p99')),
  };
}

function scatter(metric: GatedMetric, starts: readonly (readonly number[])[]): Scatter {
  return scatterOf(starts, MIN_BETWEEN[metric], TRIMMED[metric]);
}

/**
 * Returns B's windows less A's, in pairs as they were measured. The mean of a group of neighbours replaces one longer
 * window.
 */
function pairedDifferences({ readings }: Measured, metric: GatedMetric, group: number): number[] {
  const [a, b] = (['a', 'b'] as const).map((name) =>
    (readings.get(name) ?? []).map((window) => costsOfWindow(window)[metric]),
  );
  const differences = (b ?? []).map((cost, i) => cost - (a?.[i] ?? Number.NaN));
  return Array.from({ length: Math.floor(differences.length / group) }, (_, i) =>
    mean(differences.slice(i * group, (i + 1) * group)),
  );
}
