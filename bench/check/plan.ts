import type { ForeignServer, RunConfiguration, SingleTarget } from '../model/configuration.ts';
import { configurationFaults } from '../model/configuration-faults.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import type { StoredBaseline } from '../model/stored-baseline.ts';
import type { Reason } from '../model/trial.ts';
import type { GatedMetric } from '../stats/gated-metrics.ts';
import {
  ALPHA,
  FEWEST_SESSIONS,
  lookSizes,
  MOST_SESSIONS,
  planLooks,
  sessionsToFind,
  spentBy,
} from '../stats/looks.ts';
import type { Margins } from '../stats/regression.ts';

/** A metric that may fail a check, and how much worse it may get. */
export interface Gate {
  readonly metric: GatedMetric;
  readonly margins: Margins;
}

/** A stored baseline, and what is to become of this run. */
export interface HeldBaseline {
  readonly file: string;
  readonly stored: StoredBaseline;
  /** Is this run to be recorded, and not judged? */
  readonly record: boolean;
}

/** What programs must answer to `GET /`, a character for each byte; null where anything will do. */
export interface Pages {
  readonly a: string | null;
  readonly b: string | null;
  readonly warnings: readonly Reason[];
}

/** All that decides what a regression check does. */
export interface CheckPlan {
  /** What B is held against: a program, or a model of this project as the reference of a stored baseline. */
  readonly a: SingleTarget;
  readonly b: ForeignServer;
  /** Recorded runs that this one is held against or added to: then there is one look, and it looks at them. */
  readonly baseline?: HeldBaseline;
  /** The load, but for its rate: a closed loop, then an open one. */
  readonly point: OperatingPoint;
  readonly gates: readonly Gate[];
  /** No look comes after more sessions; null: as many as the budget reaches. */
  readonly maxSessions: number | null;
  /** Is A also held against a copy of itself? When that finds a difference, the check is worth nothing. */
  readonly nullArm: boolean;
  /** Is what was found to be looked for again, in sessions of their own? */
  readonly confirm: boolean;
  /** Time for the pilot and the sessions; looks are planned to it. A second series has what the first had. Null: no end. */
  readonly budgetMs: number | null;
  readonly seed: number;
  /** Of each program in each session; null: as long as a pilot finds that it takes. */
  readonly warmupMs: number | null;
  /** Of one window at full load, and of one at a rate. */
  readonly windowMs: number;
  readonly timeoutMs: number;
  readonly openTimeoutMs: number;
  readonly threads: number | null;
  readonly serverCpus: readonly number[] | null;
  readonly loadCpus: readonly number[] | null;
  /** Of HTTP: may pages differ from reply to reply, and A's from B's? */
  readonly anyPage?: boolean;
  /** What every reply of the programs must say, once that is known. */
  readonly pages?: Pages;
  /** Of what was seen while the programs were made ready: for the report. */
  readonly warnings?: readonly Reason[];
}

/** Is it measured at a rate that both arms share? */
export function isPaced(metric: GatedMetric): boolean {
  return metric === 'p50' || metric === 'p99';
}

/** The load that a check puts on one of its programs, as a run would: what is wrong with that is wrong here. */
function asRun(plan: CheckPlan, program: SingleTarget): RunConfiguration {
  const { point, seed, threads, timeoutMs, openTimeoutMs, serverCpus, loadCpus, warmupMs } = plan;
  return {
    ...{
      ...point,
      command: 'run',
      targets: [program],
      transports: [point.transport],
      connections: [point.connections],
    },
    ...{ seed, threads, timeoutMs, openTimeoutMs, serverCpus, loadCpus, warmupMs: warmupMs ?? 0 },
    ...{ work: null, scenarios: [], rate: null, arrivals: 'constant', stages: [], requests: null, thresholds: [] },
    // Windows have faults of their own.
    ...{ rounds: 1, durationMs: 1, timestamps: 'user' },
  };
}

/** Reasons why a check could decide nothing, in the user's words; empty when it can. */
export function checkFaults(plan: CheckPlan): string[] {
  const {
    point: { app, transport },
    gates,
    maxSessions,
    windowMs,
    budgetMs,
  } = plan;
  const sizes = lookSizes(maxSessions ?? MOST_SESSIONS);
  const last = sizes.at(-1);
  return [
    ...new Set([plan.a, plan.b].flatMap((program) => configurationFaults(asRun(plan, program)))),
    ...(app !== 'echo' && transport === 'udp' ? [`app: ${app} goes over tcp or tls, not over udp`] : []),
    ...(app === 'http' && gates.some(({ metric }) => isPaced(metric))
      ? [
          "gate: p50 and p99 need a common rate, which autocannon's client does not keep: over HTTP, gate on throughput and cpu",
        ]
      : []),
    ...(gates.length === 0 ? ['gate: nothing to gate on: name a metric'] : []),
    ...(last === undefined ? [`max-sessions: leaves no look: the first is after ${FEWEST_SESSIONS} sessions`] : []),
    ...(last !== undefined && gates.length > 0 && spentBy(planLooks(sizes, gates.length, ALPHA)) === 0
      ? [
          `max-sessions: ${last} sessions can find nothing in ${gates.length} metrics at a level of ${ALPHA}: ` +
            `it takes ${sessionsToFind(ALPHA, gates.length)}`,
        ]
      : []),
    ...gates.flatMap(({ metric, margins: { tolerated, detected } }) =>
      tolerated >= 0 && detected > tolerated
        ? []
        : [`margin: of ${metric}, what must be found (${detected}) is not above what is tolerated (${tolerated})`],
    ),
    ...(windowMs > 0 ? [] : ['window: must be above zero']),
    ...(budgetMs === null || budgetMs > 0 ? [] : ['budget: must be above zero']),
  ];
}
