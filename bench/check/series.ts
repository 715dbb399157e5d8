import type { CheckBaseline, CheckLook, CheckSession } from '../model/check-result.ts';
import { ALPHA, FEWEST_SESSIONS, type Look, lookSizes, NULL_ALPHA, planLooks } from '../stats/looks.ts';
import { lookAt } from '../stats/regression.ts';
import { holdAgainstStored } from './baseline.ts';
import { counting, differencesOf, isUnsteady, nullArmFires, regressedMetrics, tooManyExcluded } from './decision.ts';
import { OUT_OF_TIME, type SeriesEnd } from './ending.ts';
import { needsOf, whyUndecided } from './open-metrics.ts';
import type { CheckPlan } from './plan.ts';
import { lookRecord } from './record.ts';
import type { Pace, SessionReading } from './session.ts';

/** A planned look: its level for finding B worse, and its level for distinguishing A from its own copy. */
export interface PlannedLook extends Look {
  readonly nullAlpha: number;
}

/** What the looks of a series have used up. */
interface Spent {
  readonly looks: number;
  readonly alpha: number;
  readonly nullAlpha: number;
}

/**
 * Returns the looks of a series that has time for a number of sessions.
 * @param before a series of the same check whose looks are spent: as many of the earliest sizes are left out.
 */
export function looksOf(sessions: number, metrics: number, before?: { readonly spent: Spent }): PlannedLook[] {
  const { looks, alpha, nullAlpha } = before?.spent ?? { looks: 0, alpha: 0, nullAlpha: 0 };
  const all = lookSizes(sessions);
  const sizes = all.slice(Math.min(looks, all.length - 1));
  // The copy of A is tested in both directions.
  const ofNull = planLooks(sizes, 2 * metrics, NULL_ALPHA - nullAlpha);
  return planLooks(sizes, metrics, ALPHA - alpha).map((look, i) => ({ ...look, nullAlpha: ofNull[i]?.alpha ?? 0 }));
}

/** What a series of sessions needs to know. */
export interface SeriesPlan {
  readonly name: CheckSession['series'];
  readonly pace: Pace;
  readonly looks: readonly PlannedLook[];
  /** Time after which no further session begins, in milliseconds of performance.now(). */
  readonly deadline: number;
  /** Time that the check spent besides its sessions; part of the budget that would have decided it. */
  readonly besidesMs: number;
}

/** What a series needs from the check that holds it. */
export interface SeriesHost {
  readonly plan: CheckPlan;
  /**
   * Holds one session and saves it.
   * @param number counted from 1 in this series.
   */
  session(number: number, nextLook: number): Promise<SessionReading>;
  lookedAt(look: CheckLook): void;
  heldAgainst(baseline: CheckBaseline): void;
  /** Returns the time in milliseconds, on the clock of the deadline. */
  now(): number;
}

/** Limit of held sessions for each session that the last look needs. Excluded sessions are replaced. */
const MAX_SESSIONS_FOR_EACH = 2;

/**
 * Holds sessions one after the other, with looks as planned. When time runs out between two looks, a last look follows
 * at once with all the alpha that is left. That is valid: levels were spent as planned, and the time does not depend on
 * which program is which.
 */
export class Series {
  readonly #host: SeriesHost;
  readonly #series: SeriesPlan;
  readonly #sessions: SessionReading[] = [];
  #spent: Spent = { looks: 0, alpha: 0, nullAlpha: 0 };
  #lastLookAt = 0;
  /** How the series ends unless a look decides. */
  #undecided: SeriesEnd = OUT_OF_TIME;

  constructor(host: SeriesHost, series: SeriesPlan) {
    this.#host = host;
    this.#series = series;
  }

  get spent(): Spent {
    return this.#spent;
  }

  /**
   * Holds sessions until a look decides, or until time or looks run out.
   * @throws {TargetError} when a server fails.
   */
  async run(): Promise<SeriesEnd> {
    for (const look of this.#series.looks) {
      if (!(await this.#holdUpTo(look.sessions))) return this.#lastChance();
      const end = this.#look(look, look === this.#series.looks.at(-1));
      if (end !== undefined) return end;
    }
    return this.#isSpoilt ? INVALID : this.#undecided;
  }

  /** @returns whether enough sessions count; false when time ran out, or too many sessions were excluded. */
  async #holdUpTo(wanted: number): Promise<boolean> {
    while (counting(this.#sessions).length < wanted) {
      const most = MAX_SESSIONS_FOR_EACH * (this.#series.looks.at(-1)?.sessions ?? 0);
      if (this.#host.now() > this.#series.deadline || this.#sessions.length >= most) return false;
      this.#sessions.push(await this.#host.session(this.#sessions.length + 1, wanted));
    }
    return true;
  }

  /** Looks once more when time runs out before a planned look. */
  #lastChance(): SeriesEnd {
    const sessions = counting(this.#sessions).length;
    if (this.#isSpoilt) return INVALID;
    if (sessions < FEWEST_SESSIONS || sessions <= this.#lastLookAt) return this.#undecided;
    const [alpha, nullAlpha] = (['alpha', 'nullAlpha'] as const).map(
      (name) => this.#series.looks.reduce((sum, look) => sum + look[name], 0) - this.#spent[name],
    ) as [number, number];
    return this.#look({ sessions, alpha, nullAlpha }, true) ?? this.#undecided;
  }

  /** @returns how the series ends, when this look decides it. */
  #look(look: PlannedLook, last: boolean): SeriesEnd | undefined {
    // Later sessions may make up for the excluded ones.
    if (this.#isSpoilt) return undefined;
    const sessions = this.#sessions;
    const { gates, nullArm, baseline } = this.#host.plan;
    this.#lastLookAt = look.sessions;
    if (isUnsteady(sessions, look.alpha)) return UNSTEADY;
    if (nullArm && nullArmFires(sessions, gates, look.nullAlpha)) return NULL_ARM_DIFFERS;
    const differences = differencesOf(sessions, gates);
    if (baseline !== undefined) {
      const { record, end } = holdAgainstStored(baseline, differences);
      this.#host.heldAgainst(record);
      return end;
    }
    const found = lookAt(differences, look, last);
    const { looks, alpha, nullAlpha } = this.#spent;
    this.#spent = { looks: looks + 1, alpha: alpha + look.alpha, nullAlpha: nullAlpha + look.nullAlpha };
    this.#host.lookedAt(lookRecord(this.#series.name, look, found, differences));
    if (found.verdict === 'regressed') return { outcome: 'regressed', metrics: regressedMetrics(found) };
    if (found.verdict === 'pass') return { outcome: 'pass', metrics: [] };
    const timing = { besidesMs: this.#series.besidesMs, sessionMs: this.#series.pace.sessionMs ?? 0 };
    const needs = needsOf(found, differences, look.alpha, timing);
    this.#undecided = { outcome: 'inconclusive', metrics: [], why: whyUndecided(found, needs), needs };
    return undefined;
  }

  get #isSpoilt(): boolean {
    return tooManyExcluded(this.#sessions);
  }
}

const INVALID: SeriesEnd = {
  outcome: 'invalid',
  metrics: [],
  why: 'more than a quarter of the sessions had to be excluded',
};

const UNSTEADY: SeriesEnd = {
  outcome: 'unsteady',
  metrics: [],
  why: 'speed still changed within sessions, repeatedly in the same direction',
};

const NULL_ARM_DIFFERS: SeriesEnd = {
  outcome: 'invalid',
  metrics: [],
  why: 'A differs from its own copy: something other than the programs makes a difference here',
};
