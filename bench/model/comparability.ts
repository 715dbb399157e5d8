import { isFixedSize } from './message-sizes.ts';
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
  /** Returns the value that must be equal. Default: that of the field. */
  readonly of?: (plan: Plan) => unknown;
  /** Whether the field counts only when both plans have it. */
  readonly ofBoth?: true;
}

/** Fields of two plans that must be equal. Seed, rounds, targets and numbers of connections may differ. */
const PLAN: Readonly<Record<string, PlanField>> = {
  app: { name: 'app' },
  workload: { name: 'workload' },
  exchange: { name: 'requests' },
  websocketMessage: { name: 'type of WebSocket messages' },
  deflate: { name: 'compression' },
  connection: { name: 'use of connections' },
  size: { name: 'size' },
  sizes: { name: 'mixture of sizes', of: ({ sizes }) => (isFixedSize(sizes) ? null : sizes) },
  pipelining: { name: 'pipelining' },
  rate: { name: 'rate' },
  arrivals: { name: 'arrivals' },
  stages: { name: 'stages' },
  requests: { name: 'number of requests' },
  durationSeconds: { name: 'duration in seconds' },
  warmupSeconds: { name: 'warm-up in seconds' },
  timeoutSeconds: { name: 'time-out in seconds', of: ({ timeoutSeconds = null }) => timeoutSeconds },
  timestamps: { name: 'timestamps', of: ({ timestamps = 'user' }) => timestamps },
  balance: { name: 'balance policy', ofBoth: true },
  threads: { name: 'generator threads' },
  agents: { name: 'number of agents', of: ({ agents }) => agents?.length ?? null },
  servedOn: { name: 'machine of the servers', of: ({ servedOn }) => servedOn ?? null },
  serverCpus: { name: 'CPUs for servers' },
  loadCpus: { name: 'CPUs for the load' },
};

/**
 * Returns every reason why the numbers of two runs, called A and B, cannot be compared: what differs, with both values.
 * Empty when they can be compared.
 */
export function incomparabilities(a: Result, b: Result): string[] {
  const machine = machineDifferences(a.environment, b.environment);
  const plan = Object.entries(PLAN).map(([field, { name, of, ofBoth }]) => {
    const [ofA, ofB] = [a, b].map(({ plan }) => (of === undefined ? plan[field as keyof Plan] : of(plan)));
    return ofBoth && (ofA === undefined || ofB === undefined) ? undefined : differing(name, ofA, ofB);
  });
  const searched = [a, b].some(({ plan }) => plan.capacity !== undefined);
  return [
    ...(searched ? ['rates: each trial of a search for a capacity has its own rate'] : []),
    ...machine,
    ...plan.filter((difference) => difference !== undefined),
  ];
}

/** Longest value in a message. */
const MAX_SHOWN = 200;

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
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return 'none';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
