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

/** A planned look: its level for calling B worse, and that for telling A from its own copy. */
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
 * The looks of a series that has time for that many sessions.
 * @param before a series of the same check whose looks are spent: as many of the earliest are left out.
 */
export function looksOf(sessions: number, metrics: number, before?: { readonly spent: Spent }): PlannedLook[] {
  const { looks, alpha, nullAlpha } = before?.spent ?? { looks: 0, alpha: 0, nullAlpha: 0 };
  const all = lookSizes(sessions);
  const sizes = all.slice(Math.min(looks, all.length - 1));
  // The copy of A is looked at both ways.
  const ofNull = planLooks(sizes, 2 * metrics, NULL_ALPHA - nullAlpha);
  return planLooks(sizes, metrics, ALPHA - alpha).map((look, i) => ({ ...look, nullAlpha: ofNull[i]?.alpha ?? 0 }));
}

/** What a series of sessions is held by. */
export interface SeriesPlan {
  readonly name: CheckSession['series'];
  readonly pace: Pace;
  readonly looks: readonly PlannedLook[];
  /** When no further session begins, in milliseconds of performance.now(). */
  readonly deadline: number;
  /** What the check took besides its sessions: to say what budget would have decided it. */
  readonly besidesMs: number;
}

/** What a series asks of the check that holds it. */
export interface SeriesHost {
  readonly plan: CheckPlan;
  /** Holds one session, and saves it. @param number counted from 1 in this series. */
  session(number: number, nextLook: number): Promise<SessionReading>;
  lookedAt(look: CheckLook): void;
  heldAgainst(baseline: CheckBaseline): void;
  /** Milliseconds of the clock that deadlines are in. */
  now(): number;
}

/** Sessions may be excluded, so more are held than the last look needs: that many for each, at most. */
const MOST_SESSIONS_FOR_EACH = 2;

/**
 * Sessions held one after the other, and looked at as planned. When time is over between two looks, there is a last one at
 * once, with all of the alpha that is left: levels were spent by what was planned, and time knows nothing of the labels.
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

  /** Holds sessions until a look decides, or time or looks are over. @throws {TargetError} when a server fails. */
  async run(): Promise<SeriesEnd> {
    for (const look of this.#series.looks) {
      if (!(await this.#holdUpTo(look.sessions))) return this.#lastChance();
      const end = this.#look(look, look === this.#series.looks.at(-1));
      if (end !== undefined) return end;
    }
    return this.#isSpoilt ? INVALID : this.#undecided;
  }

  /** @returns whether enough sessions count; false when time was over, or too many were in vain. */
  async #holdUpTo(wanted: number): Promise<boolean> {
    while (counting(this.#sessions).length < wanted) {
      const most = MOST_SESSIONS_FOR_EACH * (this.#series.looks.at(-1)?.sessions ?? 0);
      if (this.#host.now() > this.#series.deadline || this.#sessions.length >= most) return false;
      this.#sessions.push(await this.#host.session(this.#sessions.length + 1, wanted));
    }
    return true;
  }

  /** Time is over before a planned look. */
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
    // Sessions to come may make up for those that were excluded.
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
  why: 'speed still changed within sessions, again and again in the same direction',
};

const NULL_ARM_DIFFERS: SeriesEnd = {
  outcome: 'invalid',
  metrics: [],
  why: 'A was told apart from its own copy: something else makes a difference here',
};
