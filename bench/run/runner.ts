import { UnavailableError } from '../../sockets/errors/errno.ts';
import { whyNoLibc } from '../../sockets/libc.ts';
import { getAffinity } from '../../sockets/os/cpu.ts';
import { nowNanos } from '../measure/clock.ts';
import { describeEnvironment } from '../measure/environment.ts';
import { whileStamping } from '../measure/stamping.ts';
import { balanceOf, membersOf, type RunConfiguration, scenariosOf, targetName } from '../model/configuration.ts';
import { assertRunnable } from '../model/configuration-faults.ts';
import { engineNotes } from '../model/engine-support.ts';
import { AgentError, TargetError } from '../model/errors.ts';
import { leftOut } from '../model/left-out.ts';
import { meanSize } from '../model/message-sizes.ts';
import { loadOf, mostConnections, scenarioOf } from '../model/operating-point.ts';
import { type Failure, type Plan, type Result, SCHEMA } from '../model/result.ts';
import { judgeThreshold } from '../model/threshold.ts';
import type { Trial } from '../model/trial.ts';
import { compareTargets } from './comparison.ts';
import type { RunObserver } from './observer.ts';
import { allowOpenFiles } from './open-files.ts';
import { givingCpus, type Placement, placeOnCpus, type RequestedPlacement } from './placement.ts';
import { planRounds, pointOf, type TrialSpec } from './planner.ts';
import { RunProgress } from './progress.ts';
import { RoundCourse } from './round-course.ts';
import { withScaling } from './scaling/analysis.ts';
import { runTrial } from './trial.ts';
import { stateVerdict } from './verdict.ts';
import { whileElsewhere } from './while-fleet.ts';

/**
 * Runs every trial of a configuration, one after the other, and returns all results. A target that fails is recorded in
 * `result.failures`; the other trials still run.
 * @param signal aborts: the server is stopped, and the results so far are returned with `interrupted: true`.
 * @throws {ConfigurationError} before anything starts, with every fault found.
 * @throws {UnavailableError} where the generator cannot run.
 */
export async function run(
  configuration: RunConfiguration,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<Result> {
  assertRunnable(configuration);
  const placement = prepare(configuration);
  const rounds = () =>
    whileElsewhere(configuration, placement, (placed) => runRounds(configuration, placed, observer, signal));
  return configuration.timestamps === 'kernel' ? whileStamping(rounds) : rounds();
}

async function runRounds(
  configuration: RunConfiguration,
  placement: Placement,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<Result> {
  const progress = new RunProgress(observer);
  const course = new RoundCourse(configuration, nowNanos());
  let result = emptyResult(configuration, placement);
  observer.started?.(result);
  for (const specs of planRounds(configuration)) {
    result = { ...result, plan: { ...result.plan, ...course.begin(specs.length) } };
    progress.expect(course.trialsExpected);
    for (const spec of specs) {
      progress.begin(spec);
      const outcome = await attempt(spec, configuration, placement, progress, signal).finally(() => progress.end());
      if (outcome === null) break;
      result = withOutcome(result, outcome, configuration);
      observer.saved(result);
      if (placement.source?.isLost) break;
    }
    const { trials } = result;
    if (
      signal.aborted ||
      placement.source?.isLost ||
      course.isOver(() => compareTargets(trials, course.alpha), nowNanos())
    )
      break;
  }
  return finished(withComparison({ ...result, interrupted: signal.aborted }, course.alpha), course, configuration);
}

function place(configuration: RunConfiguration): Placement {
  const allowed = getAffinity(0);
  const given = scenariosOf(configuration).flatMap(({ cpus }) => cpus ?? []);
  const requested: RequestedPlacement =
    given.length > 0 ? givingCpus(allowed, configuration, Math.max(...given)) : configuration;
  return placeOnCpus(allowed, requested);
}

/** Completes a result after its last trial. */
function finished(result: Result, course: RoundCourse, { command }: RunConfiguration): Result {
  const warnings = result.interrupted ? [] : course.warnings(result.comparison);
  const done = { ...result, finishedAt: new Date().toISOString(), warnings: [...result.warnings, ...warnings] };
  return command === 'scale' ? withScaling(done) : done;
}

/**
 * Prepares for a configuration's trials: allows enough open files, and assigns CPUs to both sides.
 * @throws {ConfigurationError} when the files or the CPUs are not available.
 * @throws {UnavailableError} where the generator cannot run.
 */
export function prepare(configuration: RunConfiguration): Placement {
  const why = whyNoLibc();
  if (why !== undefined) throw new UnavailableError(`the load generator can't run here: ${why}`);
  const levels = scenariosOf(configuration).flatMap(({ connections }) => connections);
  const most = Math.max(...levels.map((connections) => mostConnections({ ...configuration, connections })));
  // Agents open the connections, but a server that starts here accepts them.
  const { fleet, serveOn, targets } = configuration;
  const isServedHere = serveOn === undefined && targets.some(({ kind }) => kind !== 'address');
  const isElsewhere = fleet !== undefined && !isServedHere;
  allowOpenFiles(isElsewhere ? 0 : most);
  return place(configuration);
}

/** Outcome of a trial. */
export type Outcome = { readonly trial: Trial } | { readonly failure: Failure };

/** Runs one trial and returns it, or its failure. @returns null when the run was aborted. */
export async function attempt(
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
    if (error instanceof AgentError) return { failure: failureOf(spec, error.message) };
    if (!(error instanceof TargetError)) throw error;
    return { failure: failureOf(spec, error.message, error.stderr) };
  }
}

function failureOf(spec: TrialSpec, message: string, stderr: readonly string[] = []): Failure {
  const { target, round } = spec;
  return { target: targetName(target), ...pointOf(spec), round, message, stderr: [...stderr] };
}

function withOutcome(result: Result, outcome: Outcome, { thresholds }: RunConfiguration): Result {
  if ('failure' in outcome) return { ...result, failures: [...result.failures, outcome.failure] };
  const judged = thresholds.map((threshold) => judgeThreshold(threshold, outcome.trial));
  return {
    ...result,
    trials: [...result.trials, outcome.trial],
    ...(thresholds.length > 0 && { thresholds: [...(result.thresholds ?? []), ...judged] }),
  };
}

/** Compares all trials. It is called once, because with many trials it takes a while. */
function withComparison(result: Result, alpha: number): Result {
  const comparison = compareTargets(result.trials, alpha);
  return { ...result, comparison, verdict: stateVerdict(comparison) };
}

/** Returns a result without trials. */
export function emptyResult(configuration: RunConfiguration, placement: Placement): Result {
  return {
    schema: SCHEMA,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    interrupted: false,
    environment: describeEnvironment(),
    plan: describePlan(configuration, placement),
    trials: [],
    failures: [],
    comparison: {},
    verdict: { statements: [] },
    warnings: [...placement.warnings, ...leftOut(configuration), ...engineNotes(configuration)],
  };
}

/** Returns how clients choose between several targets, as stored in results. */
function selectRecord(targets: RunConfiguration['targets']): Pick<Plan, 'select'> {
  const group = targets.find((target) => target.kind === 'group');
  return group === undefined ? {} : { select: group.select };
}

function describePlan(configuration: RunConfiguration, placement: Placement): Plan {
  const { command, seed, rounds, budgetMs, targets, sizes, requests, timestamps, secondEngine, scenarios } =
    configuration;
  const commands = targets.flatMap(membersOf).filter((target) => target.kind === 'exec');
  const balance = targets.map((target) => balanceOf(target, configuration)).find((policy) => policy !== undefined);
  return {
    command,
    seed,
    rounds,
    ...(budgetMs !== undefined && { budgetSeconds: budgetMs / 1000 }),
    models: targets.map(targetName),
    ...selectRecord(targets),
    ...(commands.length > 0 && { commands: commands.map(({ name, command }) => ({ name, command })) }),
    ...(balance !== undefined && { balance }),
    ...scenarioOf(configuration),
    ...(scenarios.length > 0 && { scenarios: [...scenarios] }),
    ...loadOf(configuration),
    size: Math.round(meanSize(sizes)),
    requests,
    durationSeconds: configuration.durationMs / 1000,
    warmupSeconds: configuration.warmupMs / 1000,
    timeoutSeconds: configuration.timeoutMs / 1000,
    openTimeoutSeconds: configuration.openTimeoutMs / 1000,
    timestamps,
    ...(secondEngine !== undefined && { secondEngine }),
    // Agents choose how many threads each runs, unless the user did.
    threads: placement.source ? (configuration.fleet?.threads ?? 0) : placement.threads,
    ...(placement.source && { agents: [...placement.source.machines] }),
    ...(placement.host && { servedOn: placement.host.machine }),
    serverCpus: [...placement.serverCpus],
    loadCpus: [...placement.loadCpus],
  };
}
