import { transportNames } from '../../servers/transport.ts';
import { isOneWay } from '../model/operating-point.ts';
import type { Comparison, Result } from '../model/result.ts';
import type { Trial } from '../model/trial.ts';
import { worksOf, workWords } from '../model/work-words.ts';
import { median } from '../stats/median.ts';
import { byteRate, whole } from './amounts.ts';

/** Another target counts as faster only from this share on. */
const MARGIN = 0.02;
const FAMILY_ALPHA = 0.05;

/**
 * Rounds that a ranking of so many contestants needs: as many as let the smallest p-value of a signed-rank test,
 * 2^(1 - rounds), pass Holm's first step over all pairs at .05; twelve in any case.
 */
export function roundsForRanking(targets: number): number {
  const pairs = (targets * (targets - 1)) / 2;
  return Math.max(12, Math.ceil(Math.log2((2 * pairs) / FAMILY_ALPHA)));
}

/**
 * Compares, for each transport and each work, what targets kept of their best throughput at the highest concurrency.
 * Without work first, TCP before UDP.
 */
export function compareTargets(trials: readonly Trial[]): Result['comparison'] {
  const comparison: Result['comparison'] = {};
  for (const work of worksOf(trials)) {
    for (const transport of transportNames) {
      const alike = trials.filter((trial) => trial.transport === transport && workWords(trial) === work);
      const name = work === null ? transport : `${transport} ${work}`;
      if (alike.length > 0) comparison[name] = { transport, work, ...compareAlike(alike) };
    }
  }
  return comparison;
}

function compareAlike(trials: readonly Trial[]): Comparison {
  const targets = [...new Set(trials.map(({ target }) => target))];
  const levels = [...new Set(trials.map(({ connections }) => connections))].sort((a, b) => a - b);
  const highest = levels.at(-1) ?? 0;
  const scaling = targets
    .map((target) =>
      scalingOf(
        trials.filter((trial) => trial.target === target),
        highest,
      ),
    )
    .filter((each) => each !== null);
  return {
    rounds: Math.max(0, ...scaling.map(({ rates }) => rates.length)),
    roundsNeeded: roundsForRanking(targets.length),
    levels,
    highestConnections: highest,
    scaling: scaling.sort((a, b) => b.retention - a.retention),
  };
}

type Scaling = Comparison['scaling'][number];

/** @returns null for a target that was not measured at the highest concurrency (yet). */
function scalingOf(trials: readonly Trial[], highest: number): Scaling | null {
  const atHighest = trials.filter(({ connections }) => connections === highest);
  if (atHighest.length === 0) return null;
  const rates = atHighest.map((trial) => ({ round: trial.round, ...throughputOf(trial) }));
  const retentions = rates.map((rate) => {
    const ofRound = trials.filter((trial) => trial.round === rate.round);
    const best = Math.max(...ofRound.map((trial) => speed(throughputOf(trial))));
    return best === 0 ? 0 : speed(rate) / best;
  });
  const bytes = rates.flatMap(({ bytesPerSecond }) => bytesPerSecond ?? []);
  return {
    target: atHighest[0]?.target ?? '',
    retention: median(retentions),
    requestsPerSecond: median(rates.map(({ requestsPerSecond }) => requestsPerSecond)),
    ...(bytes.length > 0 && { bytesPerSecond: median(bytes) }),
    starvedConnections: Math.round(median(atHighest.map(({ fairness }) => fairness.starvedConnections))),
    rates,
  };
}

type Throughput = Pick<Scaling, 'requestsPerSecond' | 'bytesPerSecond'>;

function throughputOf({ workload, throughput: { requestsPerSecond, bytesPerSecond } }: Trial): Throughput {
  return isOneWay(workload) ? { requestsPerSecond, bytesPerSecond } : { requestsPerSecond };
}

/** What targets are compared by: bytes where nothing is answered, else requests. */
function speed({ requestsPerSecond, bytesPerSecond }: Throughput): number {
  return bytesPerSecond ?? requestsPerSecond;
}

/** Was `a` faster than `b` at the highest concurrency, by more than the margin, in every round that both were in? */
function alwaysFaster(a: Scaling, b: Scaling): boolean {
  const shared = a.rates.flatMap((mine) => {
    const other = b.rates.find(({ round }) => round === mine.round);
    return other === undefined ? [] : [speed(mine) / speed(other)];
  });
  return shared.length > 0 && shared.every((ratio) => ratio > 1 + MARGIN);
}

/**
 * Who scaled best: of those that served every connection and that no other such target outran in every round at the
 * highest concurrency, the one that kept most of its best throughput there. Retention alone would crown a server that
 * is slow everywhere. Describes this run; it is no ranking.
 */
export function scaledBest({ scaling }: Comparison): Scaling | undefined {
  const serving = scaling.filter(({ starvedConnections }) => starvedConnections === 0);
  return serving.find((each) => !serving.some((other) => alwaysFaster(other, each)));
}

/** What may be said of a run's comparisons, in sentences. */
export function stateVerdict(comparison: Result['comparison']): Result['verdict'] {
  const statements = Object.entries(comparison).flatMap(([name, each]) => statementsOf(name, each));
  const first = Object.values(comparison)[0];
  if (statements.length > 0 && first !== undefined) statements.push(caveat(first));
  return { statements };
}

function statementsOf(key: string, comparison: Comparison): string[] {
  const { scaling, highestConnections: level, levels } = comparison;
  if (scaling.length < 2) return [];
  const { transport = key, work } = comparison;
  const name = `${transport.toUpperCase()}${work ? ` with ${work}` : ''}`;
  const statements: string[] = [];
  const best = scaledBest(comparison);
  const fastest = scaling.reduce((a, b) => (speed(b) > speed(a) ? b : a));
  if (best !== undefined && levels.length > 1) {
    statements.push(
      `${name}: ${best.target} scaled best in this run: with ${level} connections it kept ${percent(best.retention)} ` +
        `of its best rate, and no model that served everyone outran it there in every round.`,
    );
  }
  statements.push(`${name}: ${fastest.target} was fastest with ${level} connections: ${rate(fastest)}.`);
  for (const { target, starvedConnections } of scaling) {
    if (starvedConnections === 0) continue;
    statements.push(
      `${name}: ${target} served ${level - starvedConnections} of ${level} connections and left the others waiting.`,
    );
  }
  return statements;
}

function caveat({ rounds, roundsNeeded }: Comparison): string {
  const medians = rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`;
  return rounds >= roundsNeeded
    ? `${medians}.`
    : `${medians}; a ranking needs ${roundsNeeded}: --rounds ${roundsNeeded}.`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function rate({ requestsPerSecond, bytesPerSecond }: Scaling): string {
  return bytesPerSecond === undefined ? `${whole(requestsPerSecond)} requests/s` : byteRate(bytesPerSecond);
}
