import { worksOver } from '../../servers/model-catalog.ts';
import type { ForeignServer, OwnersCommand, RunConfiguration, SingleTarget } from '../model/configuration.ts';
import { configurationFaults } from '../model/configuration-faults.ts';
import { type Exchange, isPlainGet } from '../model/exchange.ts';
import type { FleetRequest, ServeRequest } from '../model/fleet.ts';
import type { OperatingPoint } from '../model/operating-point.ts';
import type { StoredBaseline } from '../model/stored-baseline.ts';
import type { TlsOptions } from '../model/tls-options.ts';
import type { Reason } from '../model/trial.ts';
import type { GatedMetric } from '../stats/gated-metrics.ts';
import { ALPHA, FEWEST_SESSIONS, lookSizes, MAX_SESSIONS, planLooks, sessionsToFind, spentBy } from '../stats/looks.ts';
import type { Margins } from '../stats/regression.ts';

/** A metric that can fail a check, and how much worse it may become. */
export interface Gate {
  readonly metric: GatedMetric;
  readonly margins: Margins;
}

/** A stored baseline, and whether this run is added to it. */
export interface HeldBaseline {
  readonly file: string;
  readonly stored: StoredBaseline;
  /** Record this run instead of judging it. */
  readonly record: boolean;
}

/** What the programs must answer to each kind of request, one character for each byte; null accepts any answer. */
export interface Pages {
  readonly a: readonly string[] | null;
  readonly b: readonly string[] | null;
  readonly warnings: readonly Reason[];
}

/** Everything that decides what a regression check does. */
export interface CheckPlan {
  /** What B is compared with: a program, or a model of this project as the reference of a stored baseline. */
  readonly a: SingleTarget;
  readonly b: ForeignServer | OwnersCommand;
  /**
   * Recorded runs that this run is compared with or added to. There is only one look then, which compares with them.
   */
  readonly baseline?: HeldBaseline;
  /** The load except for its rate: a closed loop, then an open one. */
  readonly point: OperatingPoint;
  /** The exchange of the load with the secrets that results do not contain, where it has any. */
  readonly exchangeWithSecrets?: Exchange;
  /** How clients use TLS, with what results do not contain. */
  readonly tlsOptions?: TlsOptions | undefined;
  readonly gates: readonly Gate[];
  /** Sessions of the last look, at most; null: as many as the budget allows. */
  readonly maxSessions: number | null;
  /** Compare A with a copy of itself, too. A difference between them makes the check invalid. */
  readonly nullArm: boolean;
  /** Confirm a regression by a second series of sessions. */
  readonly confirm: boolean;
  /**
   * Time for the pilot and the sessions; looks are planned to fit. A second series has the same time again. Null: no
   * limit.
   */
  readonly budgetMs: number | null;
  readonly seed: number;
  /** Warm-up of each program in each session; null: found by a pilot. */
  readonly warmupMs: number | null;
  /** Requested length of one window at full load. Windows at a rate may be half as long. */
  readonly windowMs: number;
  readonly timeoutMs: number;
  readonly openTimeoutMs: number;
  readonly threads: number | null;
  /** Agents that make the load; undefined: this process does. */
  readonly fleet?: FleetRequest | undefined;
  /** The machine that starts both programs; undefined: this one does. */
  readonly serveOn?: ServeRequest | undefined;
  readonly serverCpus: readonly number[] | null;
  readonly loadCpus: readonly number[] | null;
  /** HTTP only: accept pages that change between replies, or differ between A and B. */
  readonly anyPage?: boolean;
  /** What every reply of the programs must contain, once that is known. */
  readonly pages?: Pages;
  /** Warnings from the preparation of the programs, for the report. */
  readonly warnings?: readonly Reason[];
}

/** Reports whether a metric is measured at a rate that both arms share. */
export function isPaced(metric: GatedMetric): boolean {
  return metric === 'p50' || metric === 'p99';
}

/** Returns the load on programs as the configuration of a run: a fault of that run is a fault of the check. */
export function asRun(plan: CheckPlan, ...programs: readonly SingleTarget[]): RunConfiguration {
  const { point, seed, threads, timeoutMs, openTimeoutMs, serverCpus, loadCpus, warmupMs, fleet, serveOn } = plan;
  return {
    ...{
      ...point,
      command: 'run',
      targets: programs,
      transports: [point.transport],
      connections: [point.connections],
    },
    ...{ seed, threads, timeoutMs, openTimeoutMs, serverCpus, loadCpus, warmupMs: warmupMs ?? 0 },
    ...{ scenarios: [], requests: null, thresholds: [], fleet, serveOn },
    // Placeholders: windows have checks of their own.
    ...{ rounds: 1, durationMs: 1, timestamps: 'user' },
  };
}

/** Returns the programs whose loads are checked: not a reference, which does not get requests of the user's own. */
function programsOf({ a, b, point }: CheckPlan): SingleTarget[] {
  return a.kind === 'model' && point.exchange !== null ? [b] : [a, b];
}

/** Returns why the reference of recorded runs, a built-in server, cannot answer the requests. */
function referenceFaults({ a, point: { exchange } }: CheckPlan): string[] {
  if (a.kind !== 'model' || exchange === null || isPlainGet(exchange)) return [];
  return [
    'baseline: each run is measured next to a built-in server, which answers echo and, over HTTP, GET with a page of ' +
      'its own: compare two commits instead, with --baseline-ref',
  ];
}

/** Returns the reasons why a check could not decide anything, as shown to the user; empty when it can. */
export function checkFaults(plan: CheckPlan): string[] {
  const {
    point: { app, transport },
    gates,
    maxSessions,
    windowMs,
    budgetMs,
  } = plan;
  const sizes = lookSizes(maxSessions ?? MAX_SESSIONS);
  const last = sizes.at(-1);
  return [
    ...new Set(programsOf(plan).flatMap((program) => configurationFaults(asRun(plan, program)))),
    ...referenceFaults(plan),
    ...(transport === 'udp' && !worksOver(app, transport) ? [`app: ${app} runs over tcp or tls, not over udp`] : []),
    ...(gates.length === 0 ? ['gate: nothing to gate on: name a metric'] : []),
    ...(last === undefined ? [`max-sessions: too few for a look: the first is after ${FEWEST_SESSIONS} sessions`] : []),
    ...(last !== undefined && gates.length > 0 && spentBy(planLooks(sizes, gates.length, ALPHA)) === 0
      ? [
          `max-sessions: ${last} sessions can find nothing in ${gates.length} metrics at a level of ${ALPHA}: ` +
            `${sessionsToFind(ALPHA, gates.length)} are needed`,
        ]
      : []),
    ...gates.flatMap(({ metric, margins: { tolerated, detected } }) =>
      tolerated >= 0 && detected > tolerated
        ? []
        : [
            `margin: for ${metric}, the margin that must be found (${detected}) is not above the tolerated one (${tolerated})`,
          ],
    ),
    ...(windowMs > 0 ? [] : ['window: must be above zero']),
    ...(budgetMs === null || budgetMs > 0 ? [] : ['budget: must be above zero']),
  ];
}
