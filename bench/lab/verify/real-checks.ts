import { check } from '../../check/check.ts';
import { METHOD_VERSION } from '../../check/session.ts';
import type { CheckLook, CheckOutcome, CheckResult } from '../../model/check-result.ts';
import { TargetError } from '../../model/errors.ts';
import { operatingPoint } from '../../model/operating-point.ts';
import { type GatedMetric, gatedMetrics } from '../../stats/gated-metrics.ts';
import type { PlanOfChecks, RealServer, ServerName } from './real-servers.ts';

/** Everything that distinguishes one check of real servers from another. */
export interface RealCheckKey {
  readonly server: ServerName;
  /** Additional CPU time of a request of B, as a share. */
  readonly worseBy: number;
  /** Counted from 1 among the checks of this server and share. */
  readonly number: number;
  readonly connections: number;
  readonly budgetMs: number | null;
  readonly seed: number;
  /** Version of the measuring method. */
  readonly method: number;
}

/** Result of one check of real servers. */
export interface RealCheck extends RealCheckKey {
  /** Total CPU time of a request of A in microseconds; null when the programs are equal, or a server failed before. */
  readonly baseMicros: number | null;
  /** `failed`: a server failed, so there is no verdict. */
  readonly outcome: CheckOutcome | 'failed';
  readonly metrics: readonly string[];
  /** The verdict, or what failed, as a sentence. */
  readonly statement: string;
  readonly sessions: number;
  /** Duration of the check, without the calibration of B. */
  readonly seconds: number;
  /** What the pilot planned, and what the last look found, to explain the verdict. */
  readonly pace: CheckResult['pace'];
  readonly found: CheckLook['metrics'];
}

/** Returns the plan of a check of any server: as `check` without flags, except for the connections. */
export function planFor(connections: number, seed: number, budgetMs: number): PlanOfChecks {
  const names = Object.keys(gatedMetrics) as GatedMetric[];
  return {
    point: operatingPoint({ connections }),
    gates: names.map((metric) => ({ metric, margins: gatedMetrics[metric] })),
    ...{ maxSessions: null, nullArm: false, confirm: false, budgetMs, seed, warmupMs: null, windowMs: 50 },
    ...{ timeoutMs: 10_000, openTimeoutMs: 3000, threads: null, serverCpus: null, loadCpus: null },
  };
}

/** Returns the key of a check. */
export function keyOf(
  { point, budgetMs, seed }: PlanOfChecks,
  server: ServerName,
  worseBy: number,
  number: number,
): RealCheckKey {
  return { server, worseBy, number, connections: point.connections, budgetMs, seed, method: METHOD_VERSION };
}

/** Reports whether two keys are those of the same check. */
export function isSame(one: RealCheckKey, other: RealCheckKey): boolean {
  const names = ['server', 'worseBy', 'number', 'connections', 'budgetMs', 'seed', 'method'] as const;
  return names.every((name) => one[name] === other[name]);
}

/**
 * Makes B slower by the share in the key and holds one check of it. A server that fails ends only this check: the
 * machine may have stalled for too long.
 */
export async function holdCheck(
  plan: PlanOfChecks,
  server: RealServer,
  key: RealCheckKey,
  signal: AbortSignal,
): Promise<RealCheck> {
  let last: CheckResult | undefined;
  let baseMicros: number | null = null;
  let begin = performance.now();
  const observer = {
    doing: () => undefined,
    saved: (result: CheckResult) => {
      last = result;
    },
  };
  const ended = (outcome: RealCheck['outcome'], metrics: readonly string[], statement: string): RealCheck => ({
    ...{ ...key, baseMicros, outcome, metrics, statement },
    sessions: last?.sessions.length ?? 0,
    seconds: (performance.now() - begin) / 1000,
    pace: last?.pace ?? null,
    found: last?.looks.at(-1)?.metrics ?? [],
  });
  try {
    const pair = await server.pair(plan, key.worseBy, signal);
    baseMicros = pair.baseMicros;
    begin = performance.now();
    const { verdict } = await check({ ...plan, a: pair.a, b: pair.b }, observer, signal);
    signal.throwIfAborted();
    return ended(verdict.outcome, verdict.metrics, verdict.statement);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return ended('failed', [], error.message);
  }
}
