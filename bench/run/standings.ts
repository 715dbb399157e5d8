import type { Comparison, RankingRecord } from '../model/result.ts';
import type { Trial } from '../model/trial.ts';
import { median } from '../stats/median.ts';
import { type Ranking, rank, roundsForRanking } from '../stats/ranking.ts';
import { MAX_SAMPLE } from '../stats/signed-rank.ts';
import { speed, throughputOf } from './throughput.ts';

/**
 * A target that missed more than this share of the rounds is not ranked. Otherwise, rounds that any target missed are
 * left out.
 */
const MAX_MISSED = 0.25;

/** ln of the value that is ranked, by round, for one target. */
type LogsByRound = ReadonlyMap<number, number>;

export type Standings = Pick<Comparison, 'rankings' | 'retentionRanking' | 'scalesBest' | 'decided'>;

/**
 * Ranks targets by throughput at each level, and by retention at the highest level: the share of their best throughput
 * that they keep there. The trials must differ only in target, connections and round. Only targets that served every
 * connection at a level are ranked there.
 * @param alpha significance level of each ranking.
 * @returns an empty object before there are enough rounds.
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

/** Returns the values to rank, for the targets that served every connection at a level. */
function serving(
  speeds: ReadonlyMap<string, Speeds>,
  connections: number,
  logsOf: (speeds: Speeds) => LogsByRound,
): Map<string, LogsByRound> {
  return new Map(
    [...speeds].filter(([, each]) => each.servedAll(connections)).map(([name, each]) => [name, logsOf(each)]),
  );
}

/** One target's throughput at each level in each round. Invalid trials are left out. */
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

  /** Returns ln of throughput at a level minus ln of the round's best, for rounds in which all levels were measured. */
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

/** Ranks targets over the rounds that all of them have. @returns null when there are fewer than two to rank. */
function rankRounds(contestants: ReadonlyMap<string, LogsByRound>, alpha: number): RankingRecord | null {
  const all = new Set([...contestants.values()].flatMap((logs) => [...logs.keys()]));
  const ranked = [...contestants].filter(([, logs]) => logs.size > 0 && logs.size >= (1 - MAX_MISSED) * all.size);
  if (ranked.length < 2) return null;
  const shared = [...all].filter((round) => ranked.every(([, logs]) => logs.has(round))).slice(0, MAX_SAMPLE);
  const logged = ranked.map(([name, logs]) => ({ name, logs: shared.flatMap((round) => logs.get(round) ?? []) }));
  return recorded(rank(logged, alpha));
}

/** Converts a ranking for results: JSON has no infinity. */
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
