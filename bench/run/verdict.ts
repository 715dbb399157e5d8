import type { Comparison, RankingRecord, Result } from '../model/result.ts';
import { RANKING_MARGIN } from '../stats/ranking.ts';
import { byteRate, whole } from './amounts.ts';
import { listed } from './listed.ts';
import { speed } from './throughput.ts';

type Scaling = Comparison['scaling'][number];

/**
 * Returns, in sentences, what a run's comparisons show.
 * @param more further sentences, placed before the sentence about the rounds.
 */
export function stateVerdict(comparison: Result['comparison'], more: readonly string[] = []): Result['verdict'] {
  const compared = Object.values(comparison);
  const statements = [...compared.flatMap(statementsOf), ...more];
  if (statements.length > 0) statements.push(caveat(compared));
  return { statements };
}

/** Returns a scenario in words: `TCP with cpu:500us on 2 CPUs`, `http over TCP`. */
export function scenarioWords({
  app,
  transport,
  work,
  cpus,
}: Partial<Pick<Comparison, 'app' | 'transport' | 'work' | 'cpus'>>): string {
  const given = cpus === undefined ? '' : ` on ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
  const over = app === undefined ? '' : `${app} over `;
  return `${over}${transport?.toUpperCase()}${work ? ` with ${work}` : ''}${given}`;
}

/**
 * Returns the target that scaled best, for runs with too few rounds for a ranking. It is the target with the highest
 * retention among those that served every connection and that no other such target outran in every round at the highest
 * concurrency. Retention alone would prefer a server that is slow at every level. The result describes this run; it is
 * no ranking.
 */
export function scaledBest({ scaling }: Comparison): Scaling | undefined {
  const all = scaling.filter(servedAll);
  return all.find((each) => !all.some((other) => alwaysFaster(other, each)));
}

function servedAll({ starvedConnections }: Scaling): boolean {
  return starvedConnections === 0;
}

/**
 * Reports whether `a` was faster than `b` at the highest concurrency, by more than the margin, in every round with
 * both.
 */
function alwaysFaster(a: Scaling, b: Scaling): boolean {
  const shared = a.rates.flatMap((mine) => {
    const other = b.rates.find(({ round }) => round === mine.round);
    return other === undefined ? [] : [speed(mine) / speed(other)];
  });
  return shared.length > 0 && shared.every((ratio) => ratio > 1 + RANKING_MARGIN);
}

function statementsOf(comparison: Comparison): string[] {
  const { scaling, highestConnections, rankings = [] } = comparison;
  if (scaling.length < 2) return [];
  const ranking = rankings.find(({ connections }) => connections === highestConnections);
  const sentences = ranking === undefined ? description(comparison) : ranked(comparison, ranking);
  const name = scenarioWords(comparison);
  return [...sentences, ...remarks(comparison)].map((sentence) => `${name}: ${sentence}`);
}

/** Returns sentences about a run with too few rounds for a ranking. */
function description(comparison: Comparison): string[] {
  const { scaling, highestConnections: level, levels } = comparison;
  const best = levels.length > 1 ? scaledBest(comparison) : undefined;
  const [first, ...others] = scaling.some(servedAll) ? scaling.filter(servedAll) : scaling;
  const fastest = first && others.reduce((a, b) => (speed(b) > speed(a) ? b : a), first);
  return [
    ...(best === undefined
      ? []
      : [
          `${best.target} scaled best in this run: with ${level} connections it kept ${percent(best.retention)} ` +
            `of its best rate, and no model that served every connection was faster there in every round.`,
        ]),
    ...(fastest === undefined ? [] : [`${fastest.target} was fastest with ${level} connections: ${rate(fastest)}.`]),
  ];
}

/** Returns sentences about the ranking: the targets that scale best, and the fastest ones. */
function ranked(comparison: Comparison, ranking: RankingRecord): string[] {
  const { scaling, highestConnections: level, retentionRanking, scalesBest } = comparison;
  return [
    ...(retentionRanking === undefined
      ? []
      : [scalingSentence(comparison, ranking, retentionRanking, scalesBest ?? [])]),
    fastestSentence(scaling, ranking, level),
  ].map((sentence) => `${scopeOf(comparison, ranking)}${sentence}`);
}

/** Returns which targets the sentences on a ranking are about; empty when they are about all. */
function scopeOf({ scaling }: Comparison, ranking: RankingRecord): string {
  const others = scaling.filter(({ target }) => ranking.ranges.every(({ name }) => name !== target));
  if (others.length === 0) return '';
  return others.some(servedAll) ? 'of the ranked targets, ' : 'of the targets that served every connection, ';
}

function fastestSentence(
  scaling: readonly Scaling[],
  { winner, unbeaten, pairs }: RankingRecord,
  level: number,
): string {
  const fastest = scaling.find(({ target }) => target === winner);
  if (fastest !== undefined) {
    return `${fastest.target} is fastest with ${level} connections: ${rate(fastest)}, ahead of every other.`;
  }
  return `no target is ahead of ${listed(unbeaten)} with ${level} connections; ${closeness(unbeaten, pairs)}.`;
}

/** Returns how the unbeaten targets compare with each other. */
function closeness(names: readonly string[], pairs: RankingRecord['pairs']): string {
  const among = pairs.filter(({ a, b }) => names.includes(a) && names.includes(b));
  return among.every(({ relation }) => relation === 'equivalent')
    ? `they are within ${percent(RANKING_MARGIN)} of each other`
    : 'these rounds do not distinguish them';
}

function scalingSentence(
  { scaling, highestConnections: level }: Comparison,
  throughput: RankingRecord,
  retention: RankingRecord,
  scalesBest: readonly string[],
): string {
  const keeping = (names: readonly string[]) =>
    listed(names.map((name) => percent(scaling.find(({ target }) => target === name)?.retention ?? Number.NaN)));
  const [best] = scalesBest;
  if (best !== undefined && scalesBest.length === 1) {
    return (
      `${best} scales best: with ${level} connections it keeps ${keeping([best])} of its best rate; ` +
      'no target is known to keep more, and none is faster there.'
    );
  }
  if (best !== undefined) {
    return (
      `${listed(scalesBest)} scale best and are not distinguished: with ${level} connections they keep ` +
      `${keeping(scalesBest)} of their best rates, and no target is faster there.`
    );
  }
  const [most, fast] = [retention.unbeaten, throughput.unbeaten];
  return (
    `no target scales best: with ${level} connections ${listed(most)} ${most.length > 1 ? 'keep' : 'keeps'} the most ` +
    `of the best rate (${keeping(most)}), but ${listed(fast)} ${fast.length > 1 ? 'are' : 'is'} faster there and ` +
    `${fast.length > 1 ? 'keep' : 'keeps'} ${keeping(fast)}.`
  );
}

/** Returns the targets at which the generator was at its limit, and those that left connections waiting. */
function remarks({ scaling, highestConnections: level }: Comparison): string[] {
  const limited = scaling.filter(({ generatorLimited }) => generatorLimited).map(({ target }) => target);
  return [
    ...(limited.length > 0
      ? [
          `with ${level} connections the generator was at its limit against ${listed(limited)}: ` +
            `${limited.length > 1 ? 'they' : 'it'} may be faster than measured.`,
        ]
      : []),
    ...scaling
      .filter((each) => !servedAll(each))
      .map(
        ({ target, starvedConnections }) =>
          `${target} served ${level - starvedConnections} of ${level} connections and did not answer the others.`,
      ),
  ];
}

function caveat(compared: readonly Comparison[]): string {
  const rounds = Math.min(...compared.map((each) => each.rounds));
  const needed = Math.max(...compared.map(({ roundsNeeded }) => roundsNeeded));
  const medians = rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`;
  if (rounds < needed) return `${medians}; a ranking needs ${needed}: --rounds ${needed}.`;
  const rankings = compared.flatMap(({ rankings = [], retentionRanking = [] }) => [rankings, retentionRanking].flat());
  if (rankings.some((ranking) => ranking.rounds < ranking.roundsNeeded)) {
    return `${medians}; rounds that a target missed were left out, and a ranking needs ${needed} others: raise --rounds.`;
  }
  const pairs = rankings.flatMap((ranking) => ranking.pairs);
  if (pairs.length === 0) return `${medians}; no target is ranked. ${ONLY_THOSE}`;
  const all = compared.every(comparesAll);
  const open = pairs.filter(({ relation }) => relation === 'unresolved').length;
  const standing =
    open === 0
      ? `every pair ${all ? 'is' : 'that was compared is'} distinguished, or within ${percent(RANKING_MARGIN)} of each other.`
      : `${whole(open)} of ${whole(pairs.length)} pairs are still open: more rounds may decide them (--rounds auto).`;
  return `${medians}; ${standing}${all ? '' : ` ${ONLY_THOSE}`}`;
}

const ONLY_THOSE = 'Only targets that served every connection in valid trials are compared.';

/** Reports whether there is a ranking at every level, and whether it contains every target. */
function comparesAll({ scaling, levels, rankings = [] }: Comparison): boolean {
  if (scaling.length < 2) return true;
  return rankings.length === levels.length && rankings.every(({ ranges }) => ranges.length === scaling.length);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function rate({ requestsPerSecond, bytesPerSecond }: Scaling): string {
  return bytesPerSecond === undefined ? `${whole(requestsPerSecond)} requests/s` : byteRate(bytesPerSecond);
}
