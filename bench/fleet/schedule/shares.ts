import { shareOf } from '../../load/threads/assignment.ts';
import type { Division } from '../../model/fleet.ts';
import { mostConnections, type OperatingPoint } from '../../model/operating-point.ts';
import type { ThreadShare } from '../model/assignment.ts';

/**
 * Divides a total in proportion to weights: exactly, by the largest remainders (Hamilton's method). Where remainders are
 * equal, the earlier one gets more.
 * @param weights not negative, and not all zero.
 */
export function divide(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((all, weight) => all + weight, 0);
  const quotas = weights.map((weight) => (total * weight) / sum);
  const shares = quotas.map(Math.floor);
  const left = total - shares.reduce((all, share) => all + share, 0);
  const order = quotas.map((quota, i) => ({ i, rest: quota - Math.floor(quota) })).sort((a, b) => b.rest - a.rest);
  for (const { i } of order.slice(0, left)) shares[i] = (shares[i] as number) + 1;
  return shares;
}

/** How many threads a fleet runs, and where. */
export interface ThreadPlan {
  /** CPUs of each agent. */
  readonly cpus: readonly number[];
  readonly division: Division;
  /** Threads of all agents together; null: chosen here. */
  readonly threads: number | null;
  /** Most threads that the load has work for: each needs a connection, and a request when they are limited. */
  readonly most: number;
}

/**
 * Divides the threads of a load among agents, at least one each. Threads are what a load is divided by: all of them
 * together make one schedule, as those of one machine do. Thread k of n sends every n-th arrival of a constant rate, has a
 * stream of Poisson arrivals of its own at 1/n of the rate, and holds its part of the connections. So connections and rate
 * are divided as the threads are, and their sum is what was asked for.
 * @throws {RangeError} when there is less work than agents.
 */
export function threadShares({ cpus, division, threads, most }: ThreadPlan): ThreadShare[] {
  const agents = cpus.length;
  const weights = division === 'fitness' ? cpus : cpus.map(() => 1);
  const usual = division === 'fitness' ? cpus.reduce((sum, n) => sum + n, 0) : agents * Math.min(...cpus);
  const of = Math.min(threads ?? usual, most);
  if (of < agents) {
    throw new RangeError(
      `${agents} agents need at least ${agents} connections, requests and --threads, and there are ${of}: ` +
        'use fewer agents, or more of these',
    );
  }
  return dealt(atLeastOne(divide(of, weights))).map((numbers) => ({ threads: numbers, of }));
}

/** A share of a load's threads, and the load. */
interface AssignedShare {
  readonly point: Pick<OperatingPoint, 'rate' | 'stages' | 'connections'>;
  readonly share: ThreadShare;
}

/** Returns how many connections an agent's threads have. */
export function connectionsOf({ point, share }: AssignedShare): number {
  const counts = share.threads.map((thread) => shareOf(mostConnections(point), share.of, thread).count);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Deals the numbers of threads in turn, so that agents also share what is not divisible by the number of threads. */
function dealt(counts: readonly number[]): number[][] {
  const shares: number[][] = counts.map(() => []);
  let thread = 0;
  for (let turn = 0; turn < Math.max(...counts); turn++) {
    for (const [i, count] of counts.entries()) if (turn < count) shares[i]?.push(thread++);
  }
  return shares;
}

/** Gives one to each that has none, from the one that has most. */
function atLeastOne(counts: readonly number[]): number[] {
  const shares = [...counts];
  for (let none = shares.indexOf(0); none >= 0; none = shares.indexOf(0)) {
    const most = shares.indexOf(Math.max(...shares));
    shares[most] = (shares[most] as number) - 1;
    shares[none] = 1;
  }
  return shares;
}
