import type { RunConfiguration } from '../model/configuration.ts';
import type { Comparison, Plan, Result } from '../model/result.ts';
import type { Reason } from '../model/trial.ts';
import { FAMILY_ALPHA, LOOK_ALPHA, rankingLooks, roundsForRanking } from '../stats/ranking.ts';
import { micros, whole } from './amounts.ts';
import { listed } from './listed.ts';

/** How many rounds a run makes: a number that was given, or until all is decided or a time is over. */
export class RoundCourse {
  readonly #configuration: RunConfiguration;
  readonly #begin: number;
  #rounds = 0;
  #trials = 0;
  #trialsEach = 0;
  /** The longest round so far, and when this one began. */
  #longest = 0;
  #roundBegin: number;
  #outOfTime = false;

  /** @param now nanoseconds of a monotonic clock. */
  constructor(configuration: RunConfiguration, now: number) {
    this.#configuration = configuration;
    this.#begin = now;
    this.#roundBegin = now;
  }

  /** A round begins. @returns what the plan says now. */
  begin(trials: number): Pick<Plan, 'rounds' | 'trials'> {
    this.#rounds++;
    this.#trials += trials;
    this.#trialsEach = trials;
    const { budgetMs, rounds } = this.#configuration;
    return budgetMs === undefined
      ? { rounds, trials: trials * rounds }
      : { rounds: this.#rounds, trials: this.#trials };
  }

  /** Trials in all, as far as is known: at least those of as many rounds as a ranking needs. */
  get trialsExpected(): number {
    const { budgetMs, rounds, targets } = this.#configuration;
    const least = budgetMs === undefined ? rounds : roundsForRanking(targets.length, LOOK_ALPHA);
    return this.#trialsEach * Math.max(least, this.#rounds);
  }

  /** Level of a comparison of all rounds so far. */
  get alpha(): number {
    return this.#configuration.budgetMs === undefined ? FAMILY_ALPHA : LOOK_ALPHA;
  }

  /**
   * To be asked when a round is over: was it the last? With a budget it was when a look finds all decided, or when
   * another one as long as the longest would end too late.
   * Where nothing can be ranked, more rounds would not change that.
   * @param compare all rounds so far; called only when a look is due.
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

  /** What is to be known of how the run ended. */
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
          message: `after ${rounds}, which is as many as are compared, some pairs are still open`,
        },
      ];
    }
    const lacking = missing > 0 ? `${missing} fewer than a ranking needs` : 'with pairs that are still open';
    return [
      {
        code: 'budget-over',
        message: `the budget of ${micros(budgetMs * 1000)} was over after ${rounds}, ${lacking}: raise --budget, or compare fewer`,
      },
    ];
  }
}

/** Is there nothing that more rounds could decide? */
function isDecided(comparison: Result['comparison']): boolean {
  return Object.values(comparison).every(
    (each) => each.decided === true || each.scaling.length < 2 || isUnrankable(each),
  );
}

/** Were there rounds enough, and yet nobody to rank? */
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
        `fewer than two served every connection over ${listed(names)}, in trials that were valid, so nothing is ranked ` +
        'there and no further rounds were made for it: lower --connections, or compare others',
    },
  ];
}
