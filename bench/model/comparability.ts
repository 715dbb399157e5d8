import type { Environment, Plan, Result } from './result.ts';

/** Properties of two machines that must be equal for their numbers to be compared, with their names in messages. */
const MACHINE = {
  cpuModel: 'CPU model',
  cpus: 'CPUs',
  kernel: 'kernel',
  node: 'Node version',
} as const satisfies Partial<Record<keyof Environment, string>>;

interface PlanField {
  readonly name: string;
  /** Value in versions that did not have the option; undefined when every version stores the field. */
  readonly usual?: unknown;
  /** Whether the field counts only when both plans have it. */
  readonly ofBoth?: true;
}

/** Fields of two plans that must be equal. Seed, rounds, targets and numbers of connections may differ. */
const PLAN: Readonly<Record<string, PlanField>> = {
  // What those versions measured, whatever the default is today.
  app: { name: 'app', usual: 'echo' },
  workload: { name: 'workload', usual: 'request-response' },
  connection: { name: 'use of connections', usual: 'pooled' },
  size: { name: 'size' },
  sizes: { name: 'mixture of sizes', usual: null },
  pipelining: { name: 'pipelining' },
  rate: { name: 'rate', usual: null },
  arrivals: { name: 'arrivals', usual: null },
  stages: { name: 'stages', usual: null },
  requests: { name: 'number of requests', usual: null },
  durationSeconds: { name: 'duration in seconds' },
  warmupSeconds: { name: 'warm-up in seconds' },
  timeoutSeconds: { name: 'time-out in seconds', usual: null },
  timestamps: { name: 'timestamps', usual: 'user' },
  balance: { name: 'balance policy', ofBoth: true },
  threads: { name: 'generator threads' },
  serverCpus: { name: 'CPUs for servers' },
  loadCpus: { name: 'CPUs for the load' },
};

/**
 * Returns every reason why the numbers of two runs, called A and B, cannot be compared: what differs, with both values.
 * Empty when they can be compared.
 */
export function incomparabilities(a: Result, b: Result): string[] {
  const machine = machineDifferences(a.environment, b.environment);
  const plan = Object.entries(PLAN).map(([field, { name, usual, ofBoth }]) => {
    const [ofA, ofB] = [a, b].map(({ plan }) => plan[field as keyof Plan] ?? usual);
    return ofBoth && (ofA === undefined || ofB === undefined) ? undefined : differing(name, ofA, ofB);
  });
  const searched = [a, b].some(({ plan }) => plan.capacity !== undefined);
  return [
    ...(searched ? ['rates: each trial of a search for a capacity has its own rate'] : []),
    ...machine,
    ...plan.filter((difference) => difference !== undefined),
  ];
}

type Machine = Pick<Environment, keyof typeof MACHINE>;
/** Text after the first value, and after the second. */
type Where = readonly [string, string];

const IN_A_AND_B: Where = ['in A', 'in B'];

/** Returns the differences between two machines, with both values. */
export function machineDifferences(a: Machine, b: Machine, where = IN_A_AND_B): string[] {
  const fields = Object.keys(MACHINE) as (keyof typeof MACHINE)[];
  return fields.flatMap((field) => differing(MACHINE[field], a[field], b[field], where) ?? []);
}

/** Returns how two values differ; undefined when they do not. */
export function differing(name: string, a: unknown, b: unknown, [inA, inB] = IN_A_AND_B): string | undefined {
  return JSON.stringify(a) === JSON.stringify(b) ? undefined : `${name}: ${shown(a)} ${inA}, ${shown(b)} ${inB}`;
}

function shown(value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
