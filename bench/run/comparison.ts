import { appNames, DEFAULT_APP } from '../../servers/apps/app-catalog.ts';
import { type TransportName, transportNames } from '../../servers/transport.ts';
import type { Comparison, Result } from '../model/result.ts';
import type { Trial } from '../model/trial.ts';
import { worksOf, workWords } from '../model/work-words.ts';
import { median } from '../stats/median.ts';
import { FAMILY_ALPHA, roundsForRanking } from '../stats/ranking.ts';
import { standings } from './standings.ts';
import { speed, throughputOf } from './throughput.ts';

/** Trials by which targets can be compared: they differ only in target, connections and round. */
export interface ComparableTrials {
  /** The app of the servers; absent for the default app, and when all trials of the run have the same. */
  readonly app?: string;
  readonly transport: TransportName;
  /** Work of each request on the server, in words; null for none. */
  readonly work: string | null;
  /** CPUs given to the server; absent when they were not varied. */
  readonly cpus?: number;
  /** Name of the scenario in results: `tcp`, `http tcp`, `tcp cpu:500us`, `tcp 2 CPUs`. */
  readonly name: string;
  readonly trials: readonly Trial[];
}

/**
 * Groups trials by app, work, transport and number of server CPUs, in the order of the catalog of apps. Groups without
 * work come first, then TCP before UDP, then the fewest CPUs.
 */
export function comparables(trials: readonly Trial[]): ComparableTrials[] {
  const apps = appNames.filter((name) => trials.some(({ app }) => app === name));
  return apps.flatMap((app) => {
    const groups = groupsOf(trials.filter((trial) => trial.app === app));
    const isUsual = apps.length === 1 || app === DEFAULT_APP;
    return isUsual ? groups : groups.map((group) => ({ ...group, app, name: `${app} ${group.name}` }));
  });
}

function groupsOf(trials: readonly Trial[]): ComparableTrials[] {
  const cpuCounts = [...new Set(trials.map(({ cpus }) => cpus))].sort((a = 0, b = 0) => a - b);
  return worksOf(trials).flatMap((work) =>
    transportNames.flatMap((transport) =>
      cpuCounts.flatMap((cpus): ComparableTrials[] => {
        const alike = trials.filter(
          (trial) => trial.transport === transport && workWords(trial) === work && trial.cpus === cpus,
        );
        if (alike.length === 0) return [];
        const given = cpus === undefined ? [] : [`${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`];
        const name = [transport, ...(work === null ? [] : [work]), ...given].join(' ');
        return [{ name, transport, work, ...(cpus !== undefined && { cpus }), trials: alike }];
      }),
    ),
  );
}

/**
 * Compares the targets in each scenario: their throughput, and their retention, which is the share of their best
 * throughput that they keep at the highest concurrency.
 * @param alpha significance level of each ranking.
 */
export function compareTargets(trials: readonly Trial[], alpha = FAMILY_ALPHA): Result['comparison'] {
  return Object.fromEntries(
    comparables(trials).map(({ name, trials, ...scenario }) => [name, { ...scenario, ...compareAlike(trials, alpha) }]),
  );
}

function compareAlike(trials: readonly Trial[], alpha: number): Comparison {
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
    roundsNeeded: roundsForRanking(targets.length, alpha),
    alpha,
    levels,
    highestConnections: highest,
    scaling: scaling.sort((a, b) => b.retention - a.retention),
    ...standings(trials, levels, alpha),
  };
}

type Scaling = Comparison['scaling'][number];

/** Summarizes one target's scaling. @returns null for a target that has no trial at the highest concurrency (yet). */
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
    generatorLimited: atHighest.some(({ generator }) => generator.saturated),
    rates,
  };
}
