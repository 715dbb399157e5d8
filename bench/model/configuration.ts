import type { AppName } from '../../servers/apps/app-catalog.ts';
import { type BalancePolicy, DEFAULT_BALANCE } from '../../servers/balance/policies.ts';
import { doesBalance, type ModelName } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import type { SecondEngine } from './engine.ts';
import type { Exchange } from './exchange.ts';
import type { FleetRequest, ServeRequest } from './fleet.ts';
import { type Load, type Scenario, scenarioOf } from './operating-point.ts';
import type { SelectPolicy } from './select-policy.ts';
import type { Threshold } from './threshold.ts';
import type { TlsOptions } from './tls-options.ts';

/** A target of a load. */
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
  | OwnersCommand
  /** A server that already runs. */
  | {
      readonly kind: 'address';
      readonly url: string;
      readonly transport: TransportName;
      readonly address: SocketAddress;
      /** The app that it serves, if its URL names one. */
      readonly app?: AppName;
      /** HTTP and WebSocket only: what to request. */
      readonly http?: { readonly host: string; readonly path: string };
      /** Redis only. */
      readonly redis?: RedisLogin;
    };

/** A command that the owner of another machine lists by name, which starts it: only the name is known here. */
export interface OwnersCommand {
  readonly kind: 'owned';
  readonly name: string;
  /** As of {@link ForeignServer}. */
  readonly startLimitMs: number;
}

/** A server that another machine may start. */
export type ServedElsewhere = OwnersCommand | { readonly kind: 'model'; readonly model: ModelName };

/** How connections log in to a Redis server. Not stored in results. */
export interface RedisLogin {
  readonly user?: string;
  readonly password?: string;
  /** Number of the database. Default: 0. */
  readonly database?: number;
}

/** A server in any language, which this program starts. */
export interface ForeignServer {
  readonly kind: 'exec';
  /** Its name in tables. */
  readonly name: string;
  /**
   * Run by `sh -c`. In each trial, `{port}`, `{host}`, `{transport}` and, over unix, `{path}` are
   * replaced by their values.
   */
  readonly command: string;
  /** Working directory. Default: that of this process. */
  readonly directory?: string;
  /** The start fails when the server does not listen within this time. */
  readonly startLimitMs: number;
}

export const timestampSources = {
  kernel: 'the kernel records when a reply arrived: service time and generator lag are measured separately',
  user: 'only the time at which a reply was read is known',
} as const;

export type Timestamps = keyof typeof timestampSources;

/** Everything that decides what a run does. The same seed gives the same order. */
export interface RunConfiguration extends Omit<Scenario, 'app'>, Load {
  readonly command: 'bench' | 'run' | 'scale' | 'capacity';
  readonly targets: readonly TargetSpec[];
  /** Policy of models that balance; undefined: their default. */
  readonly balance?: BalancePolicy | undefined;
  /** The exchange with the secrets that results do not contain, where it has any. */
  readonly exchangeWithSecrets?: Exchange;
  /** How clients use TLS, with what results do not contain; undefined: as usual. */
  readonly tlsOptions?: TlsOptions | undefined;
  /** Further operating points, which differ from the others in these properties. */
  readonly scenarios: readonly Scenario[];
  /** Measuring ends when N requests were sent and have ended; null: when its time is over. */
  readonly requests: number | null;
  /** Measuring ends after this time at the latest. */
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly rounds: number;
  /** Rounds end early: when every pair of targets is decided, or when this time is over. Undefined: they do not. */
  readonly budgetMs?: number | undefined;
  /** Another load generator that measures each server, too; undefined: none. */
  readonly secondEngine?: SecondEngine | undefined;
  /** Agents that make the load; undefined: this process does. */
  readonly fleet?: FleetRequest | undefined;
  /** The machine that starts the servers; undefined: this one does. */
  readonly serveOn?: ServeRequest | undefined;
  /** Bounds that every trial must keep. */
  readonly thresholds: readonly Threshold[];
  readonly seed: number;
  /** Number of generator threads; null: chosen automatically. */
  readonly threads: number | null;
  /** A request that is not answered within this time counts as timed out. */
  readonly timeoutMs: number;
  /** Opening is given up when no connection was answered for this time. */
  readonly openTimeoutMs: number;
  /** Source of arrival times of replies: the kernel, or the generator's own clock when it reads them. */
  readonly timestamps: Timestamps;
  /** CPUs for servers and for the generator; null: chosen automatically. */
  readonly serverCpus: readonly number[] | null;
  readonly loadCpus: readonly number[] | null;
}

/** Returns all scenarios of a run, each with its app: its own, and the further ones. */
export function scenariosOf(configuration: RunConfiguration): (Scenario & Pick<Load, 'app'>)[] {
  const all: readonly Scenario[] = [scenarioOf(configuration), ...configuration.scenarios];
  return all.map((scenario) => ({ ...scenario, app: scenario.app ?? configuration.app }));
}

/** Returns all transports that a run uses, each once. */
export function transportsOf(configuration: RunConfiguration): TransportName[] {
  return [...new Set(scenariosOf(configuration).flatMap(({ transports }) => transports))];
}

/** Returns how a target divides connections over its own servers; undefined when it does not, as far as is known. */
export function balanceOf(
  target: TargetSpec,
  { balance = DEFAULT_BALANCE }: Pick<RunConfiguration, 'balance'>,
): BalancePolicy | undefined {
  const balances = membersOf(target).some((member) => member.kind === 'model' && doesBalance(member.model));
  return balances ? balance : undefined;
}

/** Returns the servers of a target: several when clients choose between them. */
export function membersOf(target: TargetSpec): readonly SingleTarget[] {
  return target.kind === 'group' ? target.members : [target];
}

/** Returns the names of a group's members. Members of one name are numbered. */
export function memberNames({ members }: TargetGroup): string[] {
  const names = members.map(targetName);
  return names.map((name, i) => {
    const alike = names.filter((other) => other === name).length;
    return alike === 1 ? name : `${name} #${names.slice(0, i + 1).filter((other) => other === name).length}`;
  });
}

/** Returns the name of a target in tables. */
export function targetName(target: TargetSpec): string {
  switch (target.kind) {
    case 'model':
      return target.model;
    case 'exec':
    case 'owned':
      return target.name;
    case 'address':
      return target.url;
    case 'group':
      return memberNames(target).join(' + ');
  }
}
