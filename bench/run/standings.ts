import type { Comparison, RankingRecord } from '../model/result.ts';
import type { Trial } from '../model/trial.ts';
import { median } from '../stats/median.ts';
import { type Ranking, rank, roundsForRanking } from '../stats/ranking.ts';
import { MAX_SAMPLE } from '../stats/signed-rank.ts';
import { speed, throughputOf } from './throughput.ts';

/** Who missed a larger share of the rounds than this is not ranked; else rounds that somebody missed are left out. */
const MOST_MISSED = 0.25;

/** Of one contestant, by round: ln of what is ranked. */
type LogsByRound = ReadonlyMap<number, number>;

export type Standings = Pick<Comparison, 'rankings' | 'retentionRanking' | 'scalesBest' | 'decided'>;

/**
 * Ranks targets, at a level of `alpha`, on trials that differ only in target, connections and round: by throughput at each level, and by what
 * they kept of their best throughput at the highest level. Ranked are those that served every connection there.
 * @returns nothing to rank by before there are enough rounds.
 */
export function standings(trials: readonly Trial[], levels: readonly number[], alpha: number): Standings {
  const targets = [...new Set(trials.map(({ target }) => target))];
  const speeds = new Map(
    targets.map((target) => [target, new Speeds(trials.filter((each) => each.target === target))]),
  );
  const rounds = Math.max(0, ...[...speeds.values()].map((each) => each.rounds));
  if (targets.length < 2 || rounds < roundsForRanking(targets.length, alpha)) return {};
  const rankings = levels.flatMap((connections) => {
    const ranking = rankRounds(
      serving(speeds, connections, (each) => each.at(connections)),
      alpha,
    );
    return ranking === null ? [] : [{ connections, ...ranking }];
  });
  const highest = levels.at(-1) ?? 0;
  const retention =
    levels.length > 1
      ? rankRounds(
          serving(speeds, highest, (each) => each.retention(highest)),
          alpha,
        )
      : null;
  const all = [...rankings, ...(retention === null ? [] : [retention])];
  const throughput = rankings.find(({ connections }) => connections === highest);
  return {
    rankings,
    ...(retention !== null && { retentionRanking: retention }),
    ...(retention !== null && { scalesBest: retention.unbeaten.filter((name) => throughput?.unbeaten.includes(name)) }),
    decided: all.length > 0 && all.every(({ decided }) => decided),
  };
}

/** Those that served every connection at a level, with what is to be ranked. */
function serving(
  speeds: ReadonlyMap<string, Speeds>,
  connections: number,
  logsOf: (speeds: Speeds) => LogsByRound,
): Map<string, LogsByRound> {
  return new Map(
    [...speeds].filter(([, each]) => each.servedAll(connections)).map(([name, each]) => [name, logsOf(each)]),
  );
}

/** One target's throughput at each level in each round, of trials that are not invalid. */
class Speeds {
  readonly rounds: number;
  readonly #starved = new Map<number, number[]>();
  readonly #logs = new Map<number, Map<number, number>>();

  constructor(trials: readonly Trial[]) {
    this.rounds = new Set(trials.map(({ round }) => round)).size;
    for (const trial of trials) {
      const { connections, round, fairness, validity } = trial;
      this.#starved.set(connections, [...(this.#starved.get(connections) ?? []), fairness.starvedConnections]);
      const rate = speed(throughputOf(trial));
      if (validity.verdict === 'invalid' || !(rate > 0)) continue;
      this.#logs.set(connections, new Map(this.#logs.get(connections)).set(round, Math.log(rate)));
    }
  }

  servedAll(connections: number): boolean {
    return median(this.#starved.get(connections) ?? []) < 1;
  }

  at(connections: number): LogsByRound {
    return this.#logs.get(connections) ?? new Map();
  }

  /** ln of throughput there, less that at the best level of the same round; of rounds in which all were measured. */
  retention(connections: number): LogsByRound {
    const levels = [...this.#logs.values()];
    return new Map(
      [...this.at(connections)].flatMap(([round, log]) => {
        const logs = levels.flatMap((level) => level.get(round) ?? []);
        return logs.length < this.#starved.size ? [] : [[round, log - Math.max(...logs)] as const];
      }),
    );
  }
}

/** @returns null when there are fewer than two to rank. */
function rankRounds(contestants: ReadonlyMap<string, LogsByRound>, alpha: number): RankingRecord | null {
  const all = new Set([...contestants.values()].flatMap((logs) => [...logs.keys()]));
  const ranked = [...contestants].filter(([, logs]) => logs.size > 0 && logs.size >= (1 - MOST_MISSED) * all.size);
  if (ranked.length < 2) return null;
  const shared = [...all].filter((round) => ranked.every(([, logs]) => logs.has(round))).slice(0, MAX_SAMPLE);
  const logged = ranked.map(([name, logs]) => ({ name, logs: shared.flatMap((round) => logs.get(round) ?? []) }));
  return recorded(rank(logged, alpha));
}

/** As results keep it: JSON knows no infinity. */
function recorded({ ranges, pairs, winner, unbeaten, ...numbers }: Ranking): RankingRecord {
  return {
    ...numbers,
    ranges: ranges.map((range) => ({ ...range })),
    pairs: pairs.map(({ interval: { low, high }, ...pair }) => ({
      ...pair,
      interval: { low, high: Number.isFinite(high) ? high : null },
    })),
    winner: winner ?? null,
    unbeaten: [...unbeaten],
  };
}
