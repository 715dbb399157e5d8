import { getAffinity } from '../../sockets/os/cpu.ts';
import { type Placement, placeOnCpus } from '../run/placement.ts';
import type { Arm } from './arm.ts';
import type { CheckPlan } from './plan.ts';
import { loadOf, type Scene, startArms, stopArms } from './session.ts';

/** A program uses one CPU at most if its busiest thread has this share of its CPU time at full load. */
const ONE_THREAD = 0.95;
const WARMUP_MS = 200;
const WINDOW_MS = 300;

/**
 * Gives the servers one CPU and the generator the others, where both would share two or three CPUs and neither program
 * uses more than one. That takes nothing from a server, and the scheduler can no longer choose, differently in each
 * session, whether the two run side by side: in sessions of an echo server in C, p50 of two equal programs differed by
 * a standard deviation of 0.03 to 0.09 on shared CPUs, and of 0.02 apart.
 * @returns the placement to use; the given one where CPUs were requested, suffice for halves, or are needed by a
 *   program, and where the load or the servers are elsewhere.
 * @throws {TargetError} when a server fails. The error names it.
 */
export async function separate(plan: CheckPlan, placement: Placement, signal: AbortSignal): Promise<Placement> {
  const allowed = getAffinity(0);
  const areShared = placement.serverCpus.length === 0 && placement.loadCpus.length === 0;
  if (!areShared || allowed.length < 2 || placement.source || placement.host) return placement;
  const places = ['a', 'b'] as const;
  const scene: Scene = { plan, placement, warmupMs: 0, order: { places }, streamKey: { seed: plan.seed }, signal };
  const arms = await startArms(scene);
  try {
    for (const arm of arms.values()) if ((await busiestThreadShare(arm, scene)) < ONE_THREAD) return placement;
  } finally {
    await stopArms(arms);
  }
  return placeOnCpus(allowed, { ...plan, serverCpus: allowed.slice(0, 1), loadCpus: allowed.slice(1) });
}

/** Share of a program's CPU time at full load that its busiest thread has; NaN where the kernel does not report it. */
async function busiestThreadShare(arm: Arm, { plan, placement, streamKey }: Scene): Promise<number> {
  const generator = await arm.open(loadOf(plan, placement, 0, 2, streamKey));
  await arm.window(generator, WARMUP_MS);
  const before = arm.threadNanos();
  await arm.window(generator, WINDOW_MS);
  const used = [...arm.threadNanos()].map(([thread, nanos]) => nanos - (before.get(thread) ?? 0));
  return Math.max(...used) / used.reduce((sum, nanos) => sum + nanos, 0);
}
