import { getAffinity } from '../../sockets/cpu.ts';
import { UnavailableError } from '../../sockets/errno.ts';
import { whyNoLibc } from '../../sockets/libc.ts';
import { describeEnvironment } from '../measure/environment.ts';
import {
  balanceOf,
  membersOf,
  type RunConfiguration,
  type Scenario,
  scenariosOf,
  targetName,
} from '../model/configuration.ts';
import { assertRunnable } from '../model/configuration-faults.ts';
import { TargetError } from '../model/errors.ts';
import { leftOut } from '../model/left-out.ts';
import { isFixedSize, meanSize } from '../model/message-sizes.ts';
import { type Failure, type Plan, type Result, SCHEMA } from '../model/result.ts';
import { judgeThreshold } from '../model/threshold.ts';
import type { Trial } from '../model/trial.ts';
import { compareTargets, stateVerdict } from './comparison.ts';
import { mostConnections } from './load-plan.ts';
import type { RunObserver } from './observer.ts';
import { allowOpenFiles } from './open-files.ts';
import { type Placement, placeOnCpus } from './placement.ts';
import { planTrials, type TrialSpec } from './planner.ts';
import { RunProgress } from './progress.ts';
import { runTrial } from './trial.ts';
import { workRecord } from './trial-record.ts';

/**
 * Runs every trial of a configuration, one after the other, and returns all results. A target that fails is noted in
 * `result.failures`; the other trials still run.
 * @param signal aborts: the server is stopped, and what was measured so far is returned with `interrupted: true`.
 * @throws {ConfigurationError} before anything starts, with every fault found.
 * @throws {UnavailableError} where the generator can't run at all.
 */
export async function run(
  configuration: RunConfiguration,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<Result> {
  assertRunnable(configuration);
  const why = whyNoLibc();
  if (why !== undefined) throw new UnavailableError(`the load generator can't run here: ${why}`);
  const levels = scenariosOf(configuration).flatMap(({ connections }) => connections);
  allowOpenFiles(Math.max(...levels.map((level) => mostConnections(level, configuration))));
  const placement = placeOnCpus(getAffinity(0), configuration);
  const specs = planTrials(configuration);
  const progress = new RunProgress(specs.length, observer);
  let result = emptyResult(configuration, placement, specs.length);
  for (const spec of specs) {
    progress.begin(spec);
    const outcome = await attempt(spec, configuration, placement, progress, signal);
    progress.end();
    if (outcome === null) break;
    result = withOutcome(result, outcome, configuration);
    observer.saved(result);
  }
  result = { ...result, finishedAt: new Date().toISOString(), interrupted: signal.aborted };
  observer.saved(result);
  return result;
}

type Outcome = { readonly trial: Trial } | { readonly failure: Failure };

/** @returns null when the run was aborted. */
async function attempt(
  spec: TrialSpec,
  configuration: RunConfiguration,
  placement: Placement,
  progress: RunProgress,
  signal: AbortSignal,
): Promise<Outcome | null> {
  try {
    signal.throwIfAborted();
    return { trial: await runTrial(spec, configuration, placement, progress, signal) };
  } catch (error) {
    if (signal.aborted) return null;
    if (!(error instanceof TargetError)) throw error;
    const { transport, connections, work, round } = spec;
    const where = { target: targetName(spec.target), transport, connections, ...workRecord(work), round };
    return { failure: { ...where, message: error.message, stderr: [...error.stderr] } };
  }
}

function withOutcome(result: Result, outcome: Outcome, { thresholds }: RunConfiguration): Result {
  if ('failure' in outcome) return { ...result, failures: [...result.failures, outcome.failure] };
  const trials = [...result.trials, outcome.trial];
  const comparison = compareTargets(trials);
  const judged = thresholds.map((threshold) => judgeThreshold(threshold, outcome.trial));
  return {
    ...result,
    ...{ trials, comparison, verdict: stateVerdict(comparison) },
    ...(thresholds.length > 0 && { thresholds: [...(result.thresholds ?? []), ...judged] }),
  };
}

function emptyResult(configuration: RunConfiguration, placement: Placement, trials: number): Result {
  return {
    schema: SCHEMA,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    interrupted: false,
    environment: describeEnvironment(),
    plan: { ...describePlan(configuration, placement), trials },
    trials: [],
    failures: [],
    comparison: {},
    verdict: { statements: [] },
    warnings: [...placement.warnings, ...leftOut(configuration)],
  };
}

function describeScenario({ transports, connections, work }: Scenario): NonNullable<Plan['scenarios']>[number] {
  return { transports: [...transports], connections: [...connections], ...workRecord(work) };
}

/** How clients choose between several targets, as results keep it. */
function selectRecord(targets: RunConfiguration['targets']): Pick<Plan, 'select'> {
  const group = targets.find((target) => target.kind === 'group');
  return group === undefined ? {} : { select: group.select };
}

function describePlan(configuration: RunConfiguration, placement: Placement): Plan {
  const { command, seed, rounds, targets, app, transports, connections, pipelining, sizes } = configuration;
  const { workload, connection, rate, arrivals, stages, requests, timestamps, scenarios } = configuration;
  const commands = targets.flatMap(membersOf).filter((target) => target.kind === 'exec');
  const balance = targets.map((target) => balanceOf(target, configuration)).find((policy) => policy !== undefined);
  return {
    command,
    seed,
    rounds,
    models: targets.map(targetName),
    ...selectRecord(targets),
    ...(commands.length > 0 && { commands: commands.map(({ name, command }) => ({ name, command })) }),
    app,
    ...(balance !== undefined && { balance }),
    transports: [...transports],
    connections: [...connections],
    ...workRecord(configuration.work),
    ...(scenarios.length > 0 && { scenarios: scenarios.map(describeScenario) }),
    workload,
    connection,
    pipelining,
    size: Math.round(meanSize(sizes)),
    ...(!isFixedSize(sizes) && { sizes: sizes.map((range) => ({ ...range })) }),
    rate,
    arrivals: rate === null ? null : arrivals,
    ...(stages.length > 0 && {
      stages: stages.map(({ durationMs, target }) => ({ seconds: durationMs / 1000, target })),
    }),
    requests,
    durationSeconds: configuration.durationMs / 1000,
    warmupSeconds: configuration.warmupMs / 1000,
    timeoutSeconds: configuration.timeoutMs / 1000,
    openTimeoutSeconds: configuration.openTimeoutMs / 1000,
    timestamps,
    threads: placement.threads,
    serverCpus: [...placement.serverCpus],
    loadCpus: [...placement.loadCpus],
  };
}
