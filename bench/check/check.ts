import { streamOf } from '../../servers/random/streams.ts';
import { describeEnvironment } from '../measure/environment.ts';
import { speaksHttp } from '../model/app-workload.ts';
import { CHECK_SCHEMA, type CheckResult } from '../model/check-result.ts';
import { targetName } from '../model/configuration.ts';
import { AgentError } from '../model/errors.ts';
import { meanSize } from '../model/message-sizes.ts';
import type { Placement } from '../run/placement.ts';
import { whileElsewhere } from '../run/while-fleet.ts';
import { BASELINE_SESSIONS } from '../stats/baseline.ts';
import { planSessions, recordedPace, whyNotEstimable } from './allocation.ts';
import type { CommonRate } from './common-rate.ts';
import { afterConfirmation, OUT_OF_TIME, type SeriesEnd, statementOf, withoutAgent } from './ending.ts';
import { type ArmName, drawOrder } from './order.ts';
import { findPages, pageHash } from './pages.ts';
import { type PilotFindings, runPilot, withoutPilot } from './pilot.ts';
import { asRun, type CheckPlan, isPaced } from './plan.ts';
import { prepareCheck } from './preparation.ts';
import { sessionRecord } from './record.ts';
import { separate } from './separation.ts';
import { looksOf, Series, type SeriesHost, type SeriesPlan } from './series.ts';
import { type Pace, runSession } from './session.ts';

/** Observes a check. */
export interface CheckObserver {
  /** Called once, before anything is measured, with a result that has a plan and an environment. */
  started?(result: CheckResult): void;
  /** Receives what the check does now, in a few words. */
  doing(what: string): void;
  /** Receives the result so far, to be saved, each time that it changes. */
  saved(result: CheckResult): void;
}

/**
 * Decides whether B is slower than A. Holds sessions until a look decides, or until the last look did not.
 * @param signal aborts the check; it then returns what was found so far with `interrupted: true`.
 * @throws {ConfigurationError} when the plan cannot decide anything, or needs more than this machine has.
 * @throws {NotComparableError} when the pages of the programs differ.
 * @throws {TargetError} when a server fails: an arm with errors is a failure, not a measurement.
 * @throws {ServiceError} when the NATS server cannot be reached.
 */
export async function check(plan: CheckPlan, observer: CheckObserver, signal: AbortSignal): Promise<CheckResult> {
  const placement = prepareCheck(plan);
  return whileElsewhere(asRun(plan, plan.a, plan.b), placement, (placed) =>
    new Check(plan, placed, observer, signal).run(),
  );
}

class Check {
  #plan: CheckPlan;
  readonly #observer: CheckObserver;
  readonly #signal: AbortSignal;
  #placement: Placement;
  readonly #begin = performance.now();
  #deadline: number;
  /** Number of sessions held, excluded ones included: each has its own random streams. */
  #held = 0;
  #result: CheckResult;

  constructor(plan: CheckPlan, placement: Placement, observer: CheckObserver, signal: AbortSignal) {
    this.#plan = plan;
    this.#observer = observer;
    this.#signal = signal;
    this.#placement = placement;
    this.#deadline = this.#begin + (plan.budgetMs ?? Number.POSITIVE_INFINITY);
    this.#result = emptyResult(plan, this.#placement);
  }

  async run(): Promise<CheckResult> {
    this.#observer.started?.(this.#result);
    try {
      this.#conclude(await this.#decide());
    } catch (error) {
      if (this.#signal.aborted) this.#update({ interrupted: true });
      else if (error instanceof AgentError) this.#conclude(withoutAgent(error));
      else throw error;
    }
    this.#update({ finishedAt: new Date().toISOString() });
    return this.#result;
  }

  async #decide(): Promise<SeriesEnd> {
    if (performance.now() > this.#deadline) return OUT_OF_TIME;
    await this.#findPages();
    await this.#separate();
    const findings = await this.#pilot();
    const besidesMs = performance.now() - this.#begin;
    const end = await this.#mainSeries(findings, besidesMs);
    if (end.outcome !== 'regressed' || this.#plan.baseline !== undefined) return end;
    if (!this.#plan.confirm) return { ...end, outcome: 'suspected' };
    // The second series has as much time as the first had.
    this.#deadline = performance.now() + (this.#plan.budgetMs ?? Number.POSITIVE_INFINITY) - besidesMs;
    const confirmation = this.#plannedSeries('confirmation', findings, besidesMs);
    return afterConfirmation(end, await (confirmation instanceof Series ? confirmation.run() : confirmation));
  }

  async #mainSeries(findings: PilotFindings, besidesMs: number): Promise<SeriesEnd> {
    const series = this.#plannedSeries('check', findings, besidesMs);
    if (!(series instanceof Series)) return series;
    const end = await series.run();
    if (end.outcome !== 'unsteady' || findings.unsteady) return end;
    // Repeat with twice the warm-up. The sessions measured before do not count, but their looks are spent.
    const longer = { ...findings, warmupMs: 2 * findings.warmupMs };
    const again = this.#plannedSeries('check', longer, besidesMs, series);
    if (!(again instanceof Series)) {
      const needed = `--warmup ${Math.ceil(longer.warmupMs)}ms --budget ${Math.ceil((2 * (performance.now() - this.#begin)) / 60_000)}m`;
      return { ...end, why: `${end.why}, and no time was left for a longer warm-up: ${needed}` };
    }
    this.#update({ sessions: [], looks: [] });
    const repeated = await again.run();
    return repeated.outcome === 'unsteady'
      ? { ...repeated, why: `${repeated.why}, even after a longer warm-up` }
      : repeated;
  }

  /** HTTP only: finds what every reply must contain. */
  async #findPages(): Promise<void> {
    if (!speaksHttp(this.#plan.point.app)) return;
    this.#observer.doing('pages');
    const pages = await findPages(this.#plan, this.#placement, this.#signal);
    this.#plan = { ...this.#plan, pages };
    const { plan, warnings } = this.#result;
    const page = pages.b === null ? {} : { page: pageHash(pages.b.join('')) };
    this.#update({ plan: { ...plan, ...page }, warnings: [...warnings, ...pages.warnings] });
  }

  /**
   * Gives servers and generator CPUs of their own where possible. Not for recorded runs: their placement must stay the
   * same.
   */
  async #separate(): Promise<void> {
    if (this.#plan.baseline !== undefined) return;
    this.#observer.doing('placement');
    const [before, after] = [this.#placement, await separate(this.#plan, this.#placement, this.#signal)];
    if (before === after) return;
    this.#placement = after;
    const { serverCpus, loadCpus } = after;
    const warnings = this.#result.warnings.filter((warning) => !before.warnings.includes(warning));
    const plan = { ...this.#result.plan, serverCpus: [...serverCpus], loadCpus: [...loadCpus] };
    this.#update({ plan, warnings: [...warnings, ...after.warnings] });
  }

  /** Finds what sessions are planned from. Drops gates on percentiles that the generator cannot measure. */
  async #pilot(): Promise<PilotFindings> {
    const { gates, baseline, warmupMs } = this.#plan;
    const paced = gates.some(({ metric }) => isPaced(metric));
    // Sessions of recorded runs are all of one kind; planning them needs no scatter.
    if (baseline !== undefined && warmupMs !== null && !paced) return withoutPilot(warmupMs, this.#plan.windowMs);
    this.#observer.doing('pilot');
    const findings = await runPilot(this.#plan, this.#placement, paced, this.#signal);
    const { commonRate, unsteady } = findings;
    if (baseline === undefined) this.#drop(commonRate?.dropped ?? []);
    return unsteady ? { ...findings, warmupMs: 2 * findings.warmupMs } : findings;
  }

  /** Drops gates that cannot be measured here, with a warning. */
  #drop(unmeasured: CommonRate['dropped']): void {
    const dropped = unmeasured.filter((each) => this.#plan.gates.some(({ metric }) => metric === each.metric));
    if (dropped.length === 0) return;
    const isDropped = (metric: string) => dropped.some((each) => each.metric === metric);
    this.#plan = { ...this.#plan, gates: this.#plan.gates.filter(({ metric }) => !isDropped(metric)) };
    const { warnings, plan } = this.#result;
    const reasons = dropped.map(({ metric, reason }) => ({
      code: 'gate-dropped',
      message: `${metric} is not gated on: ${reason}`,
    }));
    this.#update({
      warnings: [...warnings, ...reasons],
      plan: { ...plan, dropped: dropped.map((each) => ({ ...each })) },
    });
  }

  /**
   * Plans a series of sessions and its looks for the time that is left.
   * @param before a series whose looks are spent.
   * @returns how the check ends, if no session could decide anything.
   */
  #plannedSeries(
    name: SeriesPlan['name'],
    findings: PilotFindings,
    besidesMs: number,
    before?: Series,
  ): Series | SeriesEnd {
    const { gates, baseline } = this.#plan;
    const isJudged = baseline === undefined;
    if (gates.length === 0) return undecided('no gated metric can be measured: gate on throughput and cpu');
    const planned = isJudged
      ? planSessions(findings, this.#plan, this.#deadline - performance.now())
      : { pace: recordedPace(findings, this.#plan.windowMs), sessions: BASELINE_SESSIONS };
    if ('why' in planned) return undecided(planned.why);
    const { pace, sessions } = planned;
    const why = isJudged ? whyNotEstimable(gates, pace) : undefined;
    if (why !== undefined) return undecided(why);
    const looks = looksOf(sessions, gates.length, before);
    this.#update({ pace: { ...pace, looks: looks.map(({ sessions, alpha }) => ({ sessions, alpha })) } });
    return new Series(this.#host(name, pace), { name, pace, looks, deadline: this.#deadline, besidesMs });
  }

  #host(series: SeriesPlan['name'], pace: Pace): SeriesHost {
    const arms: readonly ArmName[] = this.#plan.nullArm ? ['a', 'b', 'null'] : ['a', 'b'];
    return {
      plan: this.#plan,
      session: async (number, nextLook) => {
        this.#observer.doing(`${series}: session ${number}, next look after ${nextLook}`);
        const streamKey = { seed: this.#plan.seed, session: ++this.#held };
        const order = drawOrder(arms, streamOf('session order', streamKey));
        const session = await runSession(this.#plan, pace, { order, streamKey }, this.#placement, this.#signal);
        this.#update({ sessions: [...this.#result.sessions, sessionRecord(series, number, session)] });
        return session;
      },
      lookedAt: (look) => this.#update({ looks: [...this.#result.looks, look] }),
      heldAgainst: (baseline) => this.#update({ baseline }),
      now: () => performance.now(),
    };
  }

  #conclude(end: SeriesEnd): void {
    const { outcome, metrics, needs } = end;
    const dropped = this.#result.plan.dropped?.map(({ metric }) => metric);
    const verdict = { outcome, metrics: [...metrics], statement: statementOf(end, dropped) };
    this.#update({ verdict: { ...verdict, ...(needs && { needs: needs.map((need) => ({ ...need })) }) } });
  }

  #update(change: Partial<CheckResult>): void {
    this.#result = { ...this.#result, ...change };
    this.#observer.saved(this.#result);
  }
}

function undecided(why: string): SeriesEnd {
  return { outcome: 'inconclusive', metrics: [], why };
}

function emptyResult(plan: CheckPlan, { serverCpus, loadCpus, warnings, source, host }: Placement): CheckResult {
  const { a, b, point, seed, windowMs, nullArm, confirm, budgetMs } = plan;
  const { app, exchange, websocketMessage, transport, connections, sizes } = point;
  return {
    schema: CHECK_SCHEMA,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    interrupted: false,
    environment: describeEnvironment(),
    plan: {
      ...{ a: targetName(a), b: targetName(b), app, exchange, websocketMessage },
      ...{ transport, connections, size: Math.round(meanSize(sizes)) },
      ...{ seed, windowMs, nullArm, confirm, budgetMs },
      ...(source && { agents: [...source.machines] }),
      ...(host && { servedOn: host.machine }),
      serverCpus: [...serverCpus],
      loadCpus: [...loadCpus],
    },
    pace: null,
    sessions: [],
    looks: [],
    verdict: { outcome: 'inconclusive', metrics: [], statement: 'INCONCLUSIVE: nothing was decided yet.' },
    warnings: [...warnings, ...(plan.warnings ?? [])],
  };
}
