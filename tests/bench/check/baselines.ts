import { emptyBaseline } from '../../../bench/check/fingerprint.ts';
import type { CheckPlan } from '../../../bench/check/plan.ts';
import { describeEnvironment } from '../../../bench/measure/environment.ts';
import { operatingPoint } from '../../../bench/model/operating-point.ts';
import type { Environment } from '../../../bench/model/result.ts';
import type { BaselineRun, StoredBaseline } from '../../../bench/model/stored-baseline.ts';
import { gatedMetrics } from '../../../bench/stats/gated-metrics.ts';

/**
 * Returns the plan of `check --baseline FILE -c 4 --warmup 700ms --window 10ms --gate throughput,cpu`, with CPUs given.
 */
export function baselinePlan(variation: Partial<CheckPlan> = {}): CheckPlan {
  return {
    a: { kind: 'model', model: 'event-driven' },
    b: { kind: 'exec', name: 'x', command: 'x {port}', startLimitMs: 1000 },
    point: operatingPoint({ connections: 4 }),
    gates: (['throughput', 'cpu'] as const).map((metric) => ({ metric, margins: gatedMetrics[metric] })),
    maxSessions: null,
    ...{
      nullArm: false,
      confirm: false,
      budgetMs: null,
      seed: 1,
      warmupMs: 700,
      windowMs: 10,
      timeoutMs: 2000,
      openTimeoutMs: 3000,
    },
    ...{ threads: 1, serverCpus: [0], loadCpus: [0] },
    ...variation,
  };
}

/** Returns a run in which the server's costs were these, as ln of the ratio to the reference's. */
export function run(throughput: number, cpu = throughput): BaselineRun {
  return {
    ...{ startedAt: '2026-11-02T10:00:00.000Z', sockbench: '0.1.0', command: 'x {port}', seed: 7 },
    lnRatios: { throughput, cpu },
  };
}

/** This machine, described once: that starts git. */
const thisMachine = describeEnvironment();

/** Returns a baseline of runs recorded on this machine with that plan. */
export function stored(
  runs: readonly BaselineRun[],
  plan = baselinePlan(),
  environment: Environment = thisMachine,
): StoredBaseline {
  const placement = { threads: 1, serverCpus: [0], loadCpus: [0], warnings: [] };
  return { ...emptyBaseline(plan, placement, environment), runs: [...runs] };
}
