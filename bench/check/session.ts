import type { StreamKey } from '../../servers/random.ts';
import type { LoadPlan } from '../load/generator.ts';
import { countedBetween, type KernelCounters, readKernelCounters } from '../measure/kernel-counters.ts';
import { targetName } from '../model/configuration.ts';
import type { Placement } from '../run/placement.ts';
import { startTarget } from '../run/target.ts';
import { mean } from '../stats/mean.ts';
import { Arm, labelled, type WindowReading } from './arm.ts';
import { type ArmCosts, costsOf } from './costs.ts';
import { type ArmName, type SessionOrder, turns } from './order.ts';
import type { CheckPlan } from './plan.ts';

/** What chance decides for a session. */
export interface Drawn {
  readonly order: SessionOrder;
  /** Which streams decide arrivals, sizes and bytes: of no other session. */
  readonly streamKey: StreamKey;
}

/** What one session found. */
export interface SessionReading {
  readonly order: SessionOrder;
  readonly costs: Readonly<Partial<Record<ArmName, ArmCosts>>>;
  /** By arm: ln of throughput in the second half of its windows over that in the first. */
  readonly drift: Readonly<Partial<Record<ArmName, number>>>;
  /** Why the session doesn't count; seen without looking at who was who. Undefined when it does. */
  readonly excluded: string | undefined;
}

/** What sessions have in common, as the pilot found it. */
export interface Pace {
  readonly warmupMs: number;
  /** How long each window at full load is. */
  readonly fullWindowMs: number;
  /** Windows at full load, for each arm. Even, as they go forwards and backwards in turn. */
  readonly fullWindows: number;
  /** Requests a second of the windows at a rate, the same for every arm; 0: there are none. */
  readonly rate: number;
  /** How long each of those is. */
  readonly rateWindowMs: number;
  /** How many there are for each arm; even. */
  readonly rateWindows: number;
  /** How long a session takes, most likely; null where that does not matter. */
  readonly sessionMs: number | null;
}

/**
 * Of how a session's numbers are measured and formed. Raise it when any of that changes: the number and length of windows,
 * the constants below, the pilot's common rate, what {@link costsOf} makes of windows, or how a run's number is estimated
 * from its sessions. Runs that were recorded by another version are not comparable.
 */
export const METHOD_VERSION = 3;

/**
 * Before windows at the common rate: programs are warm then, but connections and the generator's threads are new. With
 * 300 ms the first window's p50 was a third above that of the others.
 */
export const RATE_WARMUP_MS = 700;
/** Windows of each arm, in turn, between its warm-up and those that count. */
export const SETTLING_WINDOWS = 2;
const MAX_STEAL = 0.05;
const MAX_UTILIZATION = 0.9;
/** Of the windows at the common rate: those in which the generator did not run at all. */
const MAX_EMPTY = 0.05;

/**
 * One session: a fresh server for each arm, warmed up alike, then windows in turn.
 * @throws {TargetError} when a server fails; it says which.
 */
export async function runSession(
  plan: CheckPlan,
  pace: Pace,
  { order, streamKey }: Drawn,
  placement: Placement,
  signal: AbortSignal,
): Promise<SessionReading> {
  const before = readKernelCounters();
  const scene: Scene = { plan, placement, warmupMs: pace.warmupMs, order, streamKey, signal };
  const arms = await startArms(scene);
  try {
    const full = await measure(arms, { rate: 0, count: pace.fullWindows, windowMs: pace.fullWindowMs }, scene);
    // Those at a rate have connections of their own, in place of these.
    await Promise.all([...arms.values()].map((arm) => arm.close()));
    const paced = await measurePaced(arms, pace, scene);
    const costs = Object.fromEntries(
      order.places.map((name) => [name, costsOf(full.readings.get(name), paced.get(name))]),
    );
    const drift = Object.fromEntries(order.places.map((name) => [name, driftOf(full.readings.get(name) ?? [])]));
    return { order, costs, drift, excluded: whyExcluded(stolenSince(before), [...paced.values()].flat()) };
  } finally {
    await stopArms(arms);
  }
}

async function measurePaced(
  arms: ReadonlyMap<ArmName, Arm>,
  { rate, rateWindows, rateWindowMs }: Pace,
  scene: Scene,
): Promise<Measured['readings']> {
  if (rate === 0) return new Map();
  const windows = { rate, count: rateWindows, windowMs: rateWindowMs };
  return (await measure(arms, windows, { ...scene, warmupMs: RATE_WARMUP_MS })).readings;
}

/** Fresh servers of all arms, in the order of their places. @throws {TargetError} when one does not start. */
export async function startArms({ plan, placement, order, signal }: Scene): Promise<Map<ArmName, Arm>> {
  const arms = new Map<ArmName, Arm>();
  try {
    for (const name of order.places) arms.set(name, await start(name, plan, placement, signal));
    return arms;
  } catch (error) {
    await stopArms(arms);
    throw error;
  }
}

/** Ends them all. Never rejects; they may have been stopped before. */
export async function stopArms(arms: ReadonlyMap<ArmName, Arm>): Promise<void> {
  await Promise.all([...arms.values()].map((arm) => arm.stop()));
}

/** A fresh server of an arm. @throws {TargetError} when it does not start; says whose it is. */
export async function start(
  name: ArmName,
  { a, b, point: { transport, app }, timeoutMs, pages }: CheckPlan,
  { serverCpus }: Placement,
  signal: AbortSignal,
): Promise<Arm> {
  const program = name === 'b' ? b : a;
  const called = targetName(program);
  const label = name === 'null' ? `the copy of A (${called})` : `${name.toUpperCase()} (${called})`;
  const target = await labelled(label, startTarget(program, { transport, app, cpus: serverCpus, signal }));
  return new Arm(label, target, timeoutMs, pages?.[name === 'b' ? 'b' : 'a'] ?? null);
}

/** The load of one arm: as fast as it goes, or at a rate. @param rate 0 for as fast as it goes. */
export function loadOf(
  plan: CheckPlan,
  placement: Placement,
  rate: number,
  windows: number,
  streamKey: StreamKey,
): Omit<LoadPlan, 'address'> {
  const { point, timeoutMs, openTimeoutMs } = plan;
  const profile = { start: rate, stages: [], holdMs: 0 };
  return {
    ...{ point, timeoutMs, openTimeoutMs, windows },
    threads: placement.threads,
    cpus: placement.loadCpus,
    arrivals: rate === 0 ? null : { profile, arrivals: 'poisson' },
    // The same for every arm, so that window w of one has the arrivals of window w of another.
    streamKey,
    levels: null,
    requests: null,
    timestamps: 'user',
  };
}

/** Windows of one kind. */
interface Windows {
  /** Requests a second; 0 for as many as are answered. */
  readonly rate: number;
  readonly count: number;
  readonly windowMs: number;
  /** No pair of windows begins after this time; without it, all are held. */
  readonly mostMs?: number;
}

/** A session's surroundings. */
export interface Scene {
  readonly plan: CheckPlan;
  readonly placement: Placement;
  readonly warmupMs: number;
  readonly order: SessionOrder;
  readonly streamKey: StreamKey;
  readonly signal: AbortSignal;
}

/** What windows of all arms found, each arm's in the order in which they were held. */
export interface Measured {
  readonly readings: ReadonlyMap<ArmName, readonly WindowReading[]>;
  /** How long they took, warm-up not included. */
  readonly turnsMs: number;
  /** What each took besides its own length. */
  readonly overheadMs: number;
}

/** Windows of all arms in turn, after a warm-up of each, over connections of their own. */
export async function measure(
  arms: ReadonlyMap<ArmName, Arm>,
  { rate, count, windowMs, mostMs = Number.POSITIVE_INFINITY }: Windows,
  { plan, placement, warmupMs, order, streamKey, signal }: Scene,
): Promise<Measured> {
  const readings = new Map<ArmName, WindowReading[]>();
  const load = new Map<ArmName, (durationMs: number) => Promise<WindowReading>>();
  for (const [name, arm] of arms) {
    const generator = await arm.open(loadOf(plan, placement, rate, 1 + SETTLING_WINDOWS + count, streamKey));
    const window = (durationMs: number) => arm.window(generator, durationMs);
    if (warmupMs > 0) await window(warmupMs);
    load.set(name, window);
    readings.set(name, []);
  }
  // The arm that was warmed up first has been idle since: its first window was down to half the speed of the next ones.
  for (const name of warmupMs > 0 ? turns(order, SETTLING_WINDOWS) : []) await load.get(name)?.(windowMs);
  const begin = performance.now();
  let held = 0;
  for (const name of turns(order, count)) {
    signal.throwIfAborted();
    if (held % arms.size === 0 && performance.now() - begin > mostMs) break;
    const reading = await load.get(name)?.(windowMs);
    if (reading !== undefined) readings.get(name)?.push(reading);
    held++;
  }
  const turnsMs = performance.now() - begin;
  return { readings, turnsMs, overheadMs: Math.max(0, turnsMs / held - windowMs) };
}

function driftOf(windows: readonly WindowReading[]): number {
  const logs = windows.map(({ requestsPerSecond }) => Math.log(requestsPerSecond));
  const half = logs.length >> 1;
  return mean(logs.slice(half)) - mean(logs.slice(0, half));
}

/**
 * Why a session doesn't count, by rules that know nothing of who was who; undefined when it does.
 * @param stolen share of all CPU time that the hypervisor took meanwhile.
 * @param paced windows at the common rate, of all arms.
 */
export function whyExcluded(stolen: number, paced: readonly Pick<WindowReading, 'load'>[]): string | undefined {
  if (stolen > MAX_STEAL) return `the hypervisor took ${Math.round(stolen * 100)} % of the CPU time`;
  const empty = paced.filter(({ load }) => load.counts.sent === 0).length;
  if (empty > MAX_EMPTY * paced.length)
    return `the generator was kept from running in ${empty} of ${paced.length} windows`;
  // Not of the busiest window: after a stall of the machine a short one is busy catching up.
  const busy = paced.length === 0 ? 0 : mean(paced.map(({ load }) => load.utilization));
  return busy > MAX_UTILIZATION
    ? `the generator used ${Math.round(busy * 100)} % of its CPU at the common rate`
    : undefined;
}

/** Share of all CPU time that a hypervisor took since then; 0 where that is not told. */
function stolenSince(before: KernelCounters | null): number {
  const after = readKernelCounters();
  if (before === null || after === null) return 0;
  const { stealTicks, totalTicks } = countedBetween(before, after);
  return totalTicks === 0 ? 0 : stealTicks / totalTicks;
}
