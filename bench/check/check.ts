import { streamOf } from '../../servers/random.ts';
import { describeEnvironment } from '../measure/environment.ts';
import { CHECK_SCHEMA, type CheckResult } from '../model/check-result.ts';
import { targetName } from '../model/configuration.ts';
import { meanSize } from '../model/message-sizes.ts';
import type { Placement } from '../run/placement.ts';
import type { Look } from '../stats/looks.ts';
import { lookAt } from '../stats/regression.ts';
import { holdAgainstStored } from './baseline.ts';
import {
  counting,
  differencesOf,
  isUnsteady,
  nullArmFires,
  regressedMetrics,
  tooManyExcluded,
  whyNotEstimable,
  whyUndecided,
} from './decision.ts';
import { afterConfirmation, OUT_OF_TIME, type SeriesEnd, statementOf } from './ending.ts';
import { type ArmName, drawOrder } from './order.ts';
import { findPages, pageHash } from './pages.ts';
import { runPilot } from './pilot.ts';
import { type CheckPlan, isPaced } from './plan.ts';
import { prepareCheck } from './preparation.ts';
import { lookRecord, sessionRecord } from './record.ts';
import { type Pace, runSession, type SessionReading } from './session.ts';

/** Watches a check. */
export interface CheckObserver {
  /** What it does now, in a few words. */
  doing(what: string): void;
  /** What is known so far changed: to be saved. */
  saved(result: CheckResult): void;
}

/** Sessions may be excluded, so more are held than a look needs: so many for each, at most. */
const MOST_SESSIONS_FOR_EACH = 1.5;

type Series = 'check' | 'confirmation';

/**
 * Is B slower than A? Holds sessions until a look decides, or the last one did not.
 * @param signal aborts: what was found so far is returned with `interrupted: true`.
 * @throws {ConfigurationError} when the plan could decide nothing, or asks for more than there is here.
 * @throws {NotComparableError} when the programs don't say the same.
 * @throws {TargetError} when a server fails: an arm that errs is a failure, not a measurement.
 */
export async function check(plan: CheckPlan, observer: CheckObserver, signal: AbortSignal): Promise<CheckResult> {
  return new Check(plan, observer, signal).run();
}

class Check {
  #plan: CheckPlan;
  readonly #observer: CheckObserver;
  readonly #signal: AbortSignal;
  readonly #placement: Placement;
  readonly #deadline: number;
  /** Sessions that were held, also those that do not count: each has streams of its own. */
  #held = 0;
  #result: CheckResult;

  constructor(plan: CheckPlan, observer: CheckObserver, signal: AbortSignal) {
    this.#plan = plan;
    this.#observer = observer;
    this.#signal = signal;
    this.#placement = prepareCheck(plan);
    this.#deadline = performance.now() + (plan.budgetMs ?? Number.POSITIVE_INFINITY);
    this.#result = emptyResult(plan, this.#placement);
  }

  async run(): Promise<CheckResult> {
    try {
      this.#conclude(await this.#decide());
    } catch (error) {
      if (!this.#signal.aborted) throw error;
      this.#update({ interrupted: true });
    }
    this.#update({ finishedAt: new Date().toISOString() });
    return this.#result;
  }

  async #decide(): Promise<SeriesEnd> {
    if (this.#isOver) return OUT_OF_TIME;
    await this.#findPages();
    const { unsteady, ...found } = await this.#findPace();
    const longer = { ...found, warmupMs: 2 * found.warmupMs };
    let pace = unsteady ? longer : found;
    this.#update({ pace });
    const { gates, looks, baseline, confirm } = this.#plan;
    const why = baseline === undefined ? whyNotEstimable(gates, pace) : undefined;
    if (why !== undefined) return { outcome: 'inconclusive', metrics: [], why };
    let end = await this.#series('check', pace, looks);
    if (end.outcome === 'unsteady' && !unsteady) {
      // Once more, warmed up for twice as long; what was measured before does not count, but its looks are spent.
      pace = longer;
      const left = looks.slice(this.#result.looks.length);
      this.#update({ sessions: [], looks: [], pace });
      end = await this.#series('check', pace, left);
    }
    if (end.outcome !== 'regressed' || baseline !== undefined) return end;
    if (!confirm) return { ...end, outcome: 'suspected' };
    return afterConfirmation(end, await this.#series('confirmation', pace, looks));
  }

  /** Over HTTP, what every reply must say. */
  async #findPages(): Promise<void> {
    if (this.#plan.point.app !== 'http') return;
    this.#observer.doing('pages');
    const pages = await findPages(this.#plan, this.#placement, this.#signal);
    this.#plan = { ...this.#plan, pages };
    const { plan, warnings } = this.#result;
    const page = pages.b === null ? {} : { page: pageHash(pages.b) };
    this.#update({ plan: { ...plan, ...page }, warnings: [...warnings, ...pages.warnings] });
  }

  /** What sessions are to have in common; `unsteady` when programs did not come to rest while the pilot watched. */
  async #findPace(): Promise<Pace & { readonly unsteady: boolean }> {
    const { gates, warmupMs } = this.#plan;
    const paced = gates.some(({ metric }) => isPaced(metric));
    if (warmupMs !== null && !paced) return { warmupMs, rate: 0, rateWindowMs: 0, unsteady: false };
    this.#observer.doing('pilot');
    const pace = await runPilot(this.#plan, this.#placement, paced, this.#signal);
    return warmupMs === null ? pace : { ...pace, warmupMs, unsteady: false };
  }

  /** Holds sessions up to each look in turn. */
  async #series(series: Series, pace: Pace, looks: readonly Look[]): Promise<SeriesEnd> {
    const { gates, nullArm, baseline } = this.#plan;
    const sessions: SessionReading[] = [];
    for (const look of looks) {
      const stopped = await this.#holdSessions(series, sessions, look, pace);
      if (stopped !== undefined) return stopped;
      if (isUnsteady(sessions)) return { outcome: 'unsteady', metrics: [] };
      if (nullArm && nullArmFires(sessions, gates)) {
        return {
          outcome: 'invalid',
          metrics: [],
          why: 'A was told apart from its own copy: something else makes a difference here',
        };
      }
      const differences = differencesOf(sessions, gates);
      if (baseline !== undefined) {
        const { record, end } = holdAgainstStored(baseline, differences);
        this.#update({ baseline: record });
        return end;
      }
      const verdict = lookAt(differences, look, look === looks.at(-1));
      this.#update({ looks: [...this.#result.looks, lookRecord(series, look, verdict, differences)] });
      if (verdict.verdict === 'continue') continue;
      const why = verdict.verdict === 'inconclusive' ? { why: whyUndecided(verdict) } : {};
      return { outcome: verdict.verdict, metrics: regressedMetrics(verdict), ...why };
    }
    return { outcome: 'inconclusive', metrics: [] };
  }

  /** @returns how the series ended when it can't go on to the look. */
  async #holdSessions(
    series: Series,
    sessions: SessionReading[],
    look: Look,
    pace: Pace,
  ): Promise<SeriesEnd | undefined> {
    const arms: readonly ArmName[] = this.#plan.nullArm ? ['a', 'b', 'null'] : ['a', 'b'];
    while (counting(sessions).length < look.sessions) {
      if (this.#isOver) return OUT_OF_TIME;
      this.#observer.doing(`${series}: session ${sessions.length + 1}, next look after ${look.sessions}`);
      const streamKey = { seed: this.#plan.seed, session: ++this.#held };
      const order = drawOrder(arms, streamOf('session order', streamKey));
      const session = await runSession(this.#plan, pace, { order, streamKey }, this.#placement, this.#signal);
      sessions.push(session);
      this.#update({ sessions: [...this.#result.sessions, sessionRecord(series, sessions.length, session)] });
      if (tooManyExcluded(sessions) || sessions.length > MOST_SESSIONS_FOR_EACH * look.sessions) {
        return { outcome: 'invalid', metrics: [], why: 'more than a quarter of the sessions had to be excluded' };
      }
    }
    return undefined;
  }

  get #isOver(): boolean {
    return performance.now() > this.#deadline;
  }

  #conclude(end: SeriesEnd): void {
    this.#update({ verdict: { outcome: end.outcome, metrics: [...end.metrics], statement: statementOf(end) } });
  }

  #update(change: Partial<CheckResult>): void {
    this.#result = { ...this.#result, ...change };
    this.#observer.saved(this.#result);
  }
}

function emptyResult(plan: CheckPlan, { serverCpus, loadCpus, warnings }: Placement): CheckResult {
  const { a, b, point, seed, windowMs, nullArm, confirm, budgetMs } = plan;
  const { app, transport, connections, sizes } = point;
  return {
    schema: CHECK_SCHEMA,
    startedAt: new Date().toISOString(),
    finishedAt: null,
    interrupted: false,
    environment: describeEnvironment(),
    plan: {
      ...{ a: targetName(a), b: b.name, app, transport, connections, size: Math.round(meanSize(sizes)) },
      ...{ seed, windowMs, nullArm, confirm, budgetMs },
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
