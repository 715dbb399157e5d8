import type { RunConfiguration } from '../model/configuration.ts';
import type { Comparison, Plan, Result } from '../model/result.ts';
import type { Reason } from '../model/trial.ts';
import { FAMILY_ALPHA, LOOK_ALPHA, rankingLooks, roundsForRanking } from '../stats/ranking.ts';
import { micros, whole } from './amounts.ts';
import { listed } from './listed.ts';

/**
 * Decides how many rounds a run makes: a fixed number, or until all pairs are decided or the time budget is used up.
 */
export class RoundCourse {
  readonly #configuration: RunConfiguration;
  readonly #begin: number;
  #rounds = 0;
  #trials = 0;
  #trialsEach = 0;
  /** Duration of the longest round so far, and the start of the current one. */
  #longest = 0;
  #roundBegin: number;
  #outOfTime = false;

  /** @param now nanoseconds of a monotonic clock. */
  constructor(configuration: RunConfiguration, now: number) {
    this.#configuration = configuration;
    this.#begin = now;
    this.#roundBegin = now;
  }

  /** Begins a round. @returns the rounds and trials to record in the plan. */
  begin(trials: number): Pick<Plan, 'rounds' | 'trials'> {
    this.#rounds++;
    this.#trials += trials;
    this.#trialsEach = trials;
    const { budgetMs, rounds } = this.#configuration;
    return budgetMs === undefined
      ? { rounds, trials: trials * rounds }
      : { rounds: this.#rounds, trials: this.#trials };
  }

  /** Number of trials in all, as far as it is known. With a budget, at least as many rounds as a ranking needs. */
  get trialsExpected(): number {
    const { budgetMs, rounds, targets } = this.#configuration;
    const least = budgetMs === undefined ? rounds : roundsForRanking(targets.length, LOOK_ALPHA);
    return this.#trialsEach * Math.max(least, this.#rounds);
  }

  /** Significance level of a comparison of all rounds so far. */
  get alpha(): number {
    return this.#configuration.budgetMs === undefined ? FAMILY_ALPHA : LOOK_ALPHA;
  }

  /**
   * Reports whether the round that just ended was the last one of a budget; false without a budget. It was the last
   * when a look finds all pairs decided, or when another round as long as the longest would exceed the budget. Where
   * nothing can be ranked, further rounds would not change that.
   * @param compare compares all rounds so far; called only when a look is due.
   */
  isOver(compare: () => Result['comparison'], now: number): boolean {
    const { budgetMs, targets } = this.#configuration;
    this.#longest = Math.max(this.#longest, now - this.#roundBegin);
    this.#roundBegin = now;
    if (budgetMs === undefined) return false;
    if (rankingLooks(targets.length).includes(this.#rounds) && isDecided(compare())) return true;
    this.#outOfTime = now - this.#begin + this.#longest > budgetMs * 1e6;
    return this.#outOfTime;
  }

  /** Returns warnings about how the rounds ended. */
  warnings(comparison: Result['comparison']): Reason[] {
    const { budgetMs } = this.#configuration;
    return budgetMs === undefined ? [] : [...unranked(comparison), ...this.#undecided(comparison, budgetMs)];
  }

  #undecided(comparison: Result['comparison'], budgetMs: number): Reason[] {
    const { targets } = this.#configuration;
    if (isDecided(comparison)) return [];
    const missing = roundsForRanking(targets.length, LOOK_ALPHA) - this.#rounds;
    const rounds = this.#rounds === 1 ? 'one round' : `${whole(this.#rounds)} rounds`;
    if (!this.#outOfTime) {
      return [
        {
          code: 'undecided',
          message: `some pairs are still open after ${rounds}, which is the most that are compared`,
        },
      ];
    }
    const lacking = missing > 0 ? `${missing} fewer than a ranking needs` : 'with pairs that are still open';
    return [
      {
        code: 'budget-over',
        message: `the budget of ${micros(budgetMs * 1000)} ended after ${rounds}, ${lacking}: raise --budget, or compare fewer targets`,
      },
    ];
  }
}

/** Reports whether further rounds could decide nothing more. */
function isDecided(comparison: Result['comparison']): boolean {
  return Object.values(comparison).every(
    (each) => each.decided === true || each.scaling.length < 2 || isUnrankable(each),
  );
}

/** Reports whether there were enough rounds, but fewer than two targets to rank. */
function isUnrankable({ scaling, rankings }: Comparison): boolean {
  return scaling.length > 1 && rankings?.length === 0;
}

function unranked(comparison: Result['comparison']): Reason[] {
  const names = Object.entries(comparison).flatMap(([name, each]) => (isUnrankable(each) ? [name] : []));
  if (names.length === 0) return [];
  return [
    {
      code: 'nothing-ranked',
      message:
        `fewer than two targets served every connection over ${listed(names)} in valid trials, so no target is ` +
        'ranked there and no further rounds were run for it: lower --connections, or compare other targets',
    },
  ];
}
