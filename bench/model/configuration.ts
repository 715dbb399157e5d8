import type { AppName } from '../../servers/apps/catalog.ts';
import { type BalancePolicy, DEFAULT_BALANCE } from '../../servers/balance/policies.ts';
import { doesBalance, type ModelName } from '../../servers/catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import type { MessageSizes } from './message-sizes.ts';
import type { Arrivals, ConnectionUse, Workload } from './operating-point.ts';
import type { RequestWork } from './request-work.ts';
import type { SelectPolicy } from './select-policy.ts';
import type { Stage } from './stage.ts';
import type { Threshold } from './threshold.ts';

/** Something to put under load. */
export type TargetSpec = SingleTarget | TargetGroup;

/** Several servers that share one load. */
export interface TargetGroup {
  readonly kind: 'group';
  readonly members: readonly SingleTarget[];
  /** How clients choose between them. */
  readonly select: SelectPolicy;
}

/** One server. */
export type SingleTarget =
  | { readonly kind: 'model'; readonly model: ModelName }
  | ForeignServer
  /** A server that somebody else runs. */
  | {
      readonly kind: 'address';
      readonly url: string;
      readonly transport: TransportName;
      readonly address: SocketAddress;
      /** What it says, where its URL tells. */
      readonly app?: AppName;
      /** What to ask for, when that is http. */
      readonly http?: { readonly host: string; readonly path: string };
    };

/** A server in any language, which this program starts. */
export interface ForeignServer {
  readonly kind: 'exec';
  /** What tables call it. */
  readonly name: string;
  /** For `sh -c`; `{port}`, `{host}` and `{transport}` in it stand for what they are in a trial. */
  readonly command: string;
  /** Where it runs; without it, where this process does. */
  readonly directory?: string;
  /** It is given up when it does not listen by then. */
  readonly startLimitMs: number;
}

export const timestampSources = {
  kernel: 'the kernel notes when a reply arrived: service time and generator lag are told apart',
  user: 'only the moment when a reply was read is known',
} as const;

export type Timestamps = keyof typeof timestampSources;

/** What the operating points of a run differ in. */
export interface Scenario {
  readonly transports: readonly TransportName[];
  /** Levels of concurrency: one operating point each. */
  readonly connections: readonly number[];
  /** Null: requests cost no more than their answers. */
  readonly work: RequestWork | null;
  /** CPUs that the server is given; undefined: those of the run. */
  readonly cpus?: number | undefined;
}

/** All that decides what a run does; with the same seed, in the same order. */
export interface RunConfiguration extends Scenario {
  readonly command: 'bench' | 'run' | 'scale' | 'capacity';
  readonly targets: readonly TargetSpec[];
  readonly app: AppName;
  /** How models that balance do it; undefined: as they do by default. */
  readonly balance?: BalancePolicy | undefined;
  /** Further operating points, which differ from the others in these. */
  readonly scenarios: readonly Scenario[];
  readonly workload: Workload;
  readonly connection: ConnectionUse;
  readonly pipelining: number;
  readonly sizes: MessageSizes;
  /** Are WebSocket messages compressed, where the server agrees? */
  readonly deflate?: boolean;
  /** Requests a second, whatever the server does: open loop. Null: closed loop. */
  readonly rate: number | null;
  readonly arrivals: Arrivals;
  /** Ramps of the rate, or without one of the connections in use, from where they begin; empty: neither changes. */
  readonly stages: readonly Stage[];
  /** Measuring ends when so many requests were sent and have ended; null: when its time is over. */
  readonly requests: number | null;
  /** Measuring ends after this time at the latest. */
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly rounds: number;
  /** Rounds end before, when every pair of targets is told apart or this time is over; undefined: they do not. */
  readonly budgetMs?: number | undefined;
  /** Bounds that every trial must keep. */
  readonly thresholds: readonly Threshold[];
  readonly seed: number;
  /** Generator threads; null chooses. */
  readonly threads: number | null;
  /** A request that is not answered in this time counts as timed out. */
  readonly timeoutMs: number;
  /** Opening is given up when no connection was answered for this long. */
  readonly openTimeoutMs: number;
  /** Who says when a reply came: the kernel, or the generator's own clock when it reads it. */
  readonly timestamps: Timestamps;
  /** CPUs for servers and for the generator; null chooses. */
  readonly serverCpus: readonly number[] | null;
  readonly loadCpus: readonly number[] | null;
}

/** All scenarios of a run: its own, and the further ones. */
export function scenariosOf(configuration: RunConfiguration): Scenario[] {
  const { transports, connections, work, cpus, scenarios } = configuration;
  return [{ transports, connections, work, cpus }, ...scenarios];
}

/** All transports that a run uses, each once. */
export function transportsOf(configuration: RunConfiguration): TransportName[] {
  return [...new Set(scenariosOf(configuration).flatMap(({ transports }) => transports))];
}

/** How a target divides connections over servers of its own; undefined when it does not, as far as is known. */
export function balanceOf(
  target: TargetSpec,
  { balance = DEFAULT_BALANCE }: Pick<RunConfiguration, 'balance'>,
): BalancePolicy | undefined {
  const balances = membersOf(target).some((member) => member.kind === 'model' && doesBalance(member.model));
  return balances ? balance : undefined;
}

/** The servers of a target: several where clients choose. */
export function membersOf(target: TargetSpec): readonly SingleTarget[] {
  return target.kind === 'group' ? target.members : [target];
}

/** How the members of a group are called; those of one name are numbered. */
export function memberNames({ members }: TargetGroup): string[] {
  const names = members.map(targetName);
  return names.map((name, i) => {
    const alike = names.filter((other) => other === name).length;
    return alike === 1 ? name : `${name} #${names.slice(0, i + 1).filter((other) => other === name).length}`;
  });
}

/** How a target is called in tables. */
export function targetName(target: TargetSpec): string {
  switch (target.kind) {
    case 'model':
      return target.model;
    case 'exec':
      return target.name;
    case 'address':
      return target.url;
    case 'group':
      return memberNames(target).join(' + ');
  }
}
