import { check } from '../check/check.ts';
import { METHOD_VERSION } from '../check/session.ts';
import type { CheckLook, CheckOutcome, CheckResult } from '../model/check-result.ts';
import { TargetError } from '../model/errors.ts';
import { fixedSize } from '../model/message-sizes.ts';
import { type GatedMetric, gatedMetrics } from '../stats/gated-metrics.ts';
import type { PlanOfChecks, RealServer, ServerName } from './real-servers.ts';

/** Which check of real servers: what makes it another one. */
export interface RealCheckKey {
  readonly server: ServerName;
  /** How much more CPU time a request of B takes, as a share. */
  readonly worseBy: number;
  /** Counted from 1 among those of this server and share. */
  readonly number: number;
  readonly connections: number;
  readonly budgetMs: number | null;
  readonly seed: number;
  /** Version of the method of measuring. */
  readonly method: number;
}

/** How one check of real servers ended. */
export interface RealCheck extends RealCheckKey {
  /** CPU time that a request of A takes in all, in microseconds; null when a server failed before that was known. */
  readonly baseMicros: number | null;
  /** `failed`: a server did, and so there was no verdict. */
  readonly outcome: CheckOutcome | 'failed';
  readonly metrics: readonly string[];
  /** The verdict, or what failed, in a sentence. */
  readonly statement: string;
  readonly sessions: number;
  /** Of the check alone, the calibration of B not included. */
  readonly seconds: number;
  /** What the pilot planned, and what the last look found, for who wants to know why. */
  readonly pace: CheckResult['pace'];
  readonly found: CheckLook['metrics'];
}

/** How checks of real servers are held, whatever these are: as `check` does without flags, but for the connections. */
export function planFor(connections: number, seed: number, budgetMs: number): PlanOfChecks {
  const names = Object.keys(gatedMetrics) as GatedMetric[];
  return {
    point: {
      ...{ transport: 'tcp', app: 'echo', workload: 'request-response', connection: 'pooled', connections },
      ...{ pipelining: 1, sizes: fixedSize(64) },
    },
    gates: names.map((metric) => ({ metric, margins: gatedMetrics[metric] })),
    ...{ maxSessions: null, nullArm: false, confirm: false, budgetMs, seed, warmupMs: null, windowMs: 50 },
    ...{ timeoutMs: 10_000, openTimeoutMs: 3000, threads: null, serverCpus: null, loadCpus: null },
  };
}

/** What distinguishes a check from others. */
export function keyOf(
  { point, budgetMs, seed }: PlanOfChecks,
  server: ServerName,
  worseBy: number,
  number: number,
): RealCheckKey {
  return { server, worseBy, number, connections: point.connections, budgetMs, seed, method: METHOD_VERSION };
}

/** Are they the same check? */
export function isSame(one: RealCheckKey, other: RealCheckKey): boolean {
  const names = ['server', 'worseBy', 'number', 'connections', 'budgetMs', 'seed', 'method'] as const;
  return names.every((name) => one[name] === other[name]);
}

/**
 * Makes B as much slower as the key says, and holds one check of it. A server that fails ends this check alone: the
 * machine may have stood still for too long.
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
