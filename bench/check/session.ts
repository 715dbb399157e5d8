import type { StreamKey } from '../../servers/random/streams.ts';
import type { LoadPlan } from '../load/generator.ts';
import { countedBetween, type KernelCounters, readKernelCounters } from '../measure/kernel-counters.ts';
import { targetName } from '../model/configuration.ts';
import type { Placement } from '../run/placement.ts';
import { startTarget } from '../run/start-target.ts';
import { mean } from '../stats/mean.ts';
import { Arm, labelled } from './arm.ts';
import { type ArmCosts, costsOf } from './costs.ts';
import { type ArmName, type SessionOrder, turns } from './order.ts';
import type { CheckPlan } from './plan.ts';
import type { WindowReading } from './window-reading.ts';

/** What is drawn at random for a session. */
export interface Drawn {
  readonly order: SessionOrder;
  /** Key of the streams that decide arrivals, sizes and bytes. No other session uses them. */
  readonly streamKey: StreamKey;
}

/** Result of one session. */
export interface SessionReading {
  readonly order: SessionOrder;
  readonly costs: Readonly<Partial<Record<ArmName, ArmCosts>>>;
  /** For each arm: ln(throughput in the second half of its windows / throughput in the first half). */
  readonly drift: Readonly<Partial<Record<ArmName, number>>>;
  /** Why the session does not count, by rules that do not depend on which arm is which. Undefined when it counts. */
  readonly excluded: string | undefined;
}

/** What all sessions have in common, as found by the pilot. */
export interface Pace {
  readonly warmupMs: number;
  /** Length of one window at full load. */
  readonly fullWindowMs: number;
  /** Windows at full load for each arm. Even, as they alternate forwards and backwards. */
  readonly fullWindows: number;
  /** Requests per second in the windows at a rate, the same for every arm; 0: there are no such windows. */
  readonly rate: number;
  /** Length of one window at the rate. */
  readonly rateWindowMs: number;
  /** Windows at the rate for each arm; even. */
  readonly rateWindows: number;
  /** Expected duration of a session; null where it does not matter. */
  readonly sessionMs: number | null;
}

/**
 * Version of how a session's numbers are measured and computed. Raise it when any of that changes: the number and
 * length of windows, the constants below, the pilot's common rate, what {@link costsOf} computes from windows, or how a
 * run's number is estimated from its sessions. Runs recorded with another version are not comparable.
 */
export const METHOD_VERSION = 3;

/**
 * Warm-up before windows at the common rate. Programs are warm then, but the connections and the generator's threads
 * are new: with 300 ms the first window's p50 was a third above that of the others.
 */
export const RATE_WARMUP_MS = 700;
/** Windows of each arm, in turn, between its warm-up and those that count. */
export const SETTLING_WINDOWS = 2;
const MAX_STEAL = 0.05;
const MAX_UTILIZATION = 0.9;
/** Highest share of windows in which the generator did not run at all, or a part of it ran late. */
const MAX_EMPTY = 0.05;

/**
 * Holds one session: starts a fresh server for each arm, warms all up alike, then measures windows in turn.
 * @throws {TargetError} when a server fails; the message names it.
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
    // Windows at a rate use connections of their own.
    await Promise.all([...arms.values()].map((arm) => arm.close()));
    const paced = await measurePaced(arms, pace, scene);
    const costs = Object.fromEntries(
      order.places.map((name) => [name, costsOf(full.readings.get(name), paced.get(name))]),
    );
    const drift = Object.fromEntries(order.places.map((name) => [name, driftOf(full.readings.get(name) ?? [])]));
    const [atFullLoad, atRate] = [full.readings, paced].map((readings) => [...readings.values()].flat()) as [
      WindowReading[],
      WindowReading[],
    ];
    const excluded =
      whyExcluded(stolenSince(before), atRate) ??
      whyLate(atFullLoad, pace.fullWindowMs) ??
      whyLate(atRate, pace.rateWindowMs);
    return { order, costs, drift, excluded };
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

/**
 * Starts a fresh server for each arm, in the order of their places.
 * @throws {TargetError} when one does not start.
 */
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

/** Stops all arms. Never rejects; they may be stopped already. */
export async function stopArms(arms: ReadonlyMap<ArmName, Arm>): Promise<void> {
  await Promise.all([...arms.values()].map((arm) => arm.stop()));
}

/**
 * Starts a fresh server for an arm.
 * @throws {TargetError} when it does not start; the message names the arm.
 */
export async function start(
  name: ArmName,
  plan: CheckPlan,
  { serverCpus, source, host }: Placement,
  signal: AbortSignal,
): Promise<Arm> {
  const { a, b, pages, point, fleet } = plan;
  const { transport, app } = point;
  const program = name === 'b' ? b : a;
  const called = targetName(program);
  const label = name === 'null' ? `the copy of A (${called})` : `${name.toUpperCase()} (${called})`;
  const options = { transport, app, cpus: serverCpus, signal, ...(fleet && { host: fleet.listenOn }) };
  const target = await labelled(label, startTarget(program, options, host && { host, connections: point.connections }));
  return new Arm(label, target, plan, pages?.[name === 'b' ? 'b' : 'a'] ?? null, source);
}

/**
 * Returns the load of one arm: a closed loop at full load, or an open loop at a rate.
 * @param rate requests per second; 0 for full load.
 */
export function loadOf(
  plan: CheckPlan,
  placement: Placement,
  rate: number,
  windows: number,
  streamKey: StreamKey,
): Omit<LoadPlan, 'address' | 'protocol'> {
  const { point, timeoutMs, openTimeoutMs } = plan;
  const profile = { start: rate, stages: [], holdMs: 0 };
  return {
    ...{ point, timeoutMs, openTimeoutMs, windows },
    threads: placement.threads,
    cpus: placement.loadCpus,
    arrivals: rate === 0 ? null : { profile, arrivals: 'poisson' },
    // Groups would be a part of the response times that both programs have.
    isExact: true,
    // The same for every arm, so that window w has the same arrivals for all.
    streamKey,
    levels: null,
    requests: null,
    timestamps: 'user',
  };
}

/** Windows of one kind. */
interface Windows {
  /** Requests per second; 0 for full load. */
  readonly rate: number;
  readonly count: number;
  readonly windowMs: number;
  /** No round of windows begins after this time; without it, all windows are measured. */
  readonly mostMs?: number;
}

/** The surroundings of a session. */
export interface Scene {
  readonly plan: CheckPlan;
  readonly placement: Placement;
  readonly warmupMs: number;
  readonly order: SessionOrder;
  readonly streamKey: StreamKey;
  readonly signal: AbortSignal;
}

/** Results of the windows of all arms, each arm's in the order of measuring. */
export interface Measured {
  readonly readings: ReadonlyMap<ArmName, readonly WindowReading[]>;
  /** Duration of all windows, without the warm-up. */
  readonly turnsMs: number;
  /** Time for each window besides its own length. */
  readonly overheadMs: number;
}

/** Measures windows of all arms in turn, after a warm-up of each, over connections of their own. */
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
 * Returns why a session does not count, by rules that do not depend on which arm is which; undefined when it counts.
 * @param stolen share of all CPU time that the hypervisor took meanwhile.
 * @param paced windows at the common rate, of all arms.
 */
export function whyExcluded(
  stolen: number,
  paced: readonly Pick<WindowReading, 'sent' | 'utilization'>[],
): string | undefined {
  if (stolen > MAX_STEAL) return `the hypervisor took ${Math.round(stolen * 100)} % of the CPU time`;
  const empty = paced.filter(({ sent }) => sent === 0).length;
  if (empty > MAX_EMPTY * paced.length) return `the generator could not run in ${empty} of ${paced.length} windows`;
  // The mean, not the busiest window: after a stall of the machine, one short window is busy with catching up.
  const busy = paced.length === 0 ? 0 : mean(paced.map(({ utilization }) => utilization));
  return busy > MAX_UTILIZATION
    ? `the generator used ${Math.round(busy * 100)} % of its CPU at the common rate`
    : undefined;
}

/**
 * Returns why a session does not count when agents took turns instead of working together: the same rule for all arms.
 * A window is late when an agent began after half of it.
 */
export function whyLate(
  readings: readonly Pick<WindowReading, 'startLagNanos'>[],
  windowMs: number,
): string | undefined {
  const late = readings.filter(({ startLagNanos }) => startLagNanos > (windowMs * 1e6) / 2).length;
  return late > MAX_EMPTY * readings.length
    ? `an agent began after half of the window in ${late} of ${readings.length} windows`
    : undefined;
}

/** Returns the share of all CPU time that a hypervisor took since then; 0 where the kernel does not report it. */
function stolenSince(before: KernelCounters | null): number {
  const after = readKernelCounters();
  if (before === null || after === null) return 0;
  const { stealTicks, totalTicks } = countedBetween(before, after);
  return totalTicks === 0 ? 0 : stealTicks / totalTicks;
}
