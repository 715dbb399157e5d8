import type { Random } from '../random/streams.ts';

/** Load-balancing policies by name, with a description of each. */
export const balancePolicies = {
  'round-robin': 'each server in turn',
  'least-connections': 'the server with the fewest open connections',
  random: 'any server, regardless of its load',
  p2c: 'of two random servers, the one with fewer open connections: the power of two choices',
} as const;

export type BalancePolicy = keyof typeof balancePolicies;

export const balancePolicyNames = Object.keys(balancePolicies) as BalancePolicy[];

/**
 * The default policy. Connections of a load are alike and stay open, so taking turns distributes them as evenly as
 * possible without any state of the servers. It is also the default of nginx and HAProxy.
 */
export const DEFAULT_BALANCE: BalancePolicy = 'round-robin';

/**
 * Chooses one of several servers.
 * @param open load of each server: open connections or pending requests; at least one server.
 * @returns its index in `open`.
 */
export type Choose = (open: ArrayLike<number>) => number;

/** Returns a new chooser. @param random source of random choices; the same sequence gives the same choices. */
export function chooserOf(policy: BalancePolicy, random: Random): Choose {
  return choosers[policy](random);
}

const choosers: Readonly<Record<BalancePolicy, (random: Random) => Choose>> = {
  'round-robin': roundRobin,
  'least-connections': leastConnections,
  random: (random) => (open) => below(open.length, random),
  p2c: powerOfTwoChoices,
};

function roundRobin(): Choose {
  let turn = 0;
  return ({ length }) => {
    const chosen = turn % length;
    turn = chosen + 1;
    return chosen;
  };
}

/** Starts each search after the last choice: otherwise the first server would get every connection if all are idle. */
function leastConnections(): Choose {
  let start = 0;
  return (open) => {
    let least = start % open.length;
    for (let i = 1; i < open.length; i++) {
      const candidate = (start + i) % open.length;
      if (at(open, candidate) < at(open, least)) least = candidate;
    }
    start = least + 1;
    return least;
  };
}

/**
 * M. Mitzenmacher, The Power of Two Choices in Randomized Load Balancing (2001): the largest load exceeds the mean by
 * log log n, compared with log n / log log n for random choice, at the cost of a second look.
 */
function powerOfTwoChoices(random: Random): Choose {
  return (open) => {
    if (open.length === 1) return 0;
    const first = below(open.length, random);
    // Not the first one again: one of the others, counted from its successor.
    const second = (first + 1 + below(open.length - 1, random)) % open.length;
    return at(open, second) < at(open, first) ? second : first;
  };
}

function below(limit: number, random: Random): number {
  return Math.floor(random() * limit);
}

function at(open: ArrayLike<number>, index: number): number {
  return open[index] ?? 0;
}
