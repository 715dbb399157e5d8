import * as z from 'zod';
import { latencySchema } from './latency-summary.ts';
import { amount, count } from './numbers.ts';

/** How a load is divided among agents. */
export const divisions = {
  evenly: 'each agent gets the same',
  fitness: 'in proportion to the CPUs that each may use',
} as const;
export type Division = keyof typeof divisions;

/** Which agents to use. */
export type AgentChoice =
  | { readonly kind: 'number'; readonly number: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'label'; readonly label: string; readonly value: string };

/** Files in PEM for TLS with the NATS server; null: none. */
export interface NatsTlsFiles {
  /** Trusted authorities, in place of those that Node trusts. */
  readonly ca: string | null;
  /** The client's certificate, and its private key. */
  readonly certificate: string | null;
  readonly key: string | null;
}

/** Which machine starts the servers: the agent of a name, or the one with a label. */
export type HostChoice =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'label'; readonly label: string; readonly value: string };

/** Servers that another machine starts, and how to reach it. */
export interface ServeRequest extends Pick<FleetRequest, 'server' | 'credentials' | 'tls' | 'silenceMs'> {
  readonly choice: HostChoice;
  /** Hosts that this machine may flood besides itself. */
  readonly allowed: readonly string[];
}

/** What results store of the machine that started the servers. */
export const servingMachineSchema = z.looseObject({
  name: z.string(),
  cpus: count,
  kernel: z.string(),
  node: z.string(),
});
export type ServingMachine = z.infer<typeof servingMachineSchema>;

/** A load that agents on other machines make, and how to reach them. */
export interface FleetRequest {
  /** URL of the NATS server. It may contain a password, so results do not contain it. */
  readonly server: string;
  /** File with the user's credentials or nkey; null: none. */
  readonly credentials: string | null;
  /** Undefined: no files. */
  readonly tls?: NatsTlsFiles | undefined;
  readonly choice: AgentChoice;
  /** IP address of this machine on which its servers listen, so that agents reach them. */
  readonly listenOn: string;
  readonly division: Division;
  /** Load threads of all agents together; null: one for each CPU, or as many as the smallest agent has, on each. */
  readonly threads: number | null;
  /** Largest uncertainty of an agent's clock with which a rate is measured. */
  readonly maxClockErrorMs: number;
  /** An agent that is silent for this time is lost. */
  readonly silenceMs: number;
}

/** What results store of an agent's part of a trial. */
export const agentLoadSchema = z.looseObject({
  agent: z.string(),
  /** Name of its machine. */
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  threads: count,
  connections: count,
  /** Its clock minus the controller's: the truth is within ± `uncertaintyMicros`, half of the round trip. */
  clock: z.looseObject({ offsetMicros: z.number(), uncertaintyMicros: amount }),
  /**
   * When the kernel had its first request, after the planned start; at a rate, when its first thread was ready. Within the
   * uncertainty of its clock.
   */
  startLagMicros: z.number(),
  requests: z.looseObject({
    sent: count,
    completed: count,
    timedOut: count,
    errors: count,
    corrupted: count,
    dropped: count,
  }),
  requestsPerSecond: amount,
  cpuSeconds: amount,
  /** Share of its time that its busiest thread was on a CPU, 0 to 1. */
  utilization: amount,
  saturated: z.boolean(),
  latencyMicros: z.looseObject({ response: latencySchema, scheduleLag: latencySchema.optional() }),
});
export type AgentLoadRecord = z.infer<typeof agentLoadSchema>;

/** Parses which machine starts the servers: a name, or `label=value`. @throws {RangeError} for anything else. */
export function parseHostChoice(text: string): HostChoice {
  const [, label, value] = /^([^=\s]+)=(\S+)$/.exec(text) ?? [];
  if (label !== undefined && value !== undefined) return { kind: 'label', label, value };
  if (/^[^=\s]+$/.test(text)) return { kind: 'name', name: text };
  throw new RangeError(`'${text}' names no agent: its name, or a label such as role=server`);
}

/** Parses which agents to use: a number, `all`, or `label=value`. @throws {RangeError} for anything else. */
export function parseAgentChoice(text: string): AgentChoice {
  if (text === 'all') return { kind: 'all' };
  if (/^[1-9]\d{0,4}$/.test(text)) return { kind: 'number', number: Number(text) };
  const [, label, value] = /^([^=\s]+)=(\S+)$/.exec(text) ?? [];
  if (label !== undefined && value !== undefined) return { kind: 'label', label, value };
  throw new RangeError(`'${text}' chooses no agents: a number of them, all, or a label such as zone=a`);
}
