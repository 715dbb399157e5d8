import type { AppName } from '../../servers/apps/catalog.ts';
import { apps } from '../../servers/apps/catalog.ts';
import { type ModelName, models } from '../../servers/catalog.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import type { Transport } from '../../sockets/socket.ts';
import { ConfigurationError } from './errors.ts';
import { largestSize, type MessageSizes, smallestSize } from './message-sizes.ts';
import type { Arrivals, ConnectionUse, Workload } from './operating-point.ts';
import type { Stage } from './stage.ts';

/** Something to put under load. */
export type TargetSpec =
  | { readonly kind: 'model'; readonly model: ModelName }
  /** A server that somebody else runs. */
  | { readonly kind: 'address'; readonly url: string; readonly transport: Transport; readonly address: SocketAddress };

export const timestampSources = {
  kernel: 'the kernel notes when a reply arrived: service time and generator lag are told apart',
  user: 'only the moment when a reply was read is known',
} as const;

export type Timestamps = keyof typeof timestampSources;

/** All that decides what a run does; with the same seed, in the same order. */
export interface RunConfiguration {
  readonly command: 'bench' | 'run';
  readonly targets: readonly TargetSpec[];
  readonly app: AppName;
  readonly transports: readonly Transport[];
  /** Levels of concurrency: one operating point each. */
  readonly connections: readonly number[];
  readonly workload: Workload;
  readonly connection: ConnectionUse;
  readonly pipelining: number;
  readonly sizes: MessageSizes;
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

/** Bytes of a UDP request's header: which socket it belongs to, and its sequence number. */
export const MIN_DATAGRAM = 8;
/** The most UDP carries over IPv4, udp(7): 65,535 less the IP and UDP headers. */
export const MAX_DATAGRAM = 65_507;
export const MAX_MESSAGE = 16 * 1024 * 1024;
const MAX_CONNECTIONS = 1_000_000;
const MAX_PIPELINING = 1024;
const MAX_RATE = 100_000_000;

/** How a target is called in tables. */
export function targetName(target: TargetSpec): string {
  return target.kind === 'model' ? target.model : target.url;
}

/** Every reason why a configuration can't be run, in the user's words; empty when it can. */
export function configurationFaults(configuration: RunConfiguration): string[] {
  const { app, connections, pipelining, sizes, rounds, durationMs, warmupMs, threads, timeoutMs, transports } =
    configuration;
  const faults: string[] = [];
  const want = (holds: boolean, fault: string) => {
    if (!holds) faults.push(fault);
  };
  want(configuration.targets.length > 0, 'nothing to measure: name a model or a target');
  want(transports.length > 0, 'no transport: name tcp, udp or both');
  want(connections.length > 0, 'no number of connections given');
  for (const level of connections) {
    want(
      isWhole(level, 1, MAX_CONNECTIONS),
      `connections: ${level} is not a whole number from 1 to ${MAX_CONNECTIONS}`,
    );
  }
  want(isWhole(pipelining, 1, MAX_PIPELINING), `pipelining: ${pipelining} is not from 1 to ${MAX_PIPELINING}`);
  const [smallest, largest] = [smallestSize(sizes), largestSize(sizes)];
  want(smallest >= 1 && largest <= MAX_MESSAGE, `size: messages hold 1 to ${MAX_MESSAGE} bytes`);
  if (transports.includes('udp')) {
    want(
      smallest >= MIN_DATAGRAM && largest <= MAX_DATAGRAM,
      `size: ${smallest} to ${largest} bytes over UDP; a datagram holds ${MAX_DATAGRAM} at most, and its sequence number needs ${MIN_DATAGRAM}`,
    );
  }
  want(isWhole(rounds, 1, 10_000), `rounds: ${rounds} is not a whole number from 1 to 10000`);
  const { rate } = configuration;
  want(
    rate === null || (rate > 0 && rate <= MAX_RATE),
    `rate: ${rate} is not above 0 and up to ${MAX_RATE} requests/s`,
  );
  want(durationMs > 0, 'duration: must be above zero');
  want(warmupMs >= 0, 'warmup: must not be negative');
  want(timeoutMs > 0, 'timeout: must be above zero');
  want(configuration.openTimeoutMs > 0, 'open-timeout: must be above zero');
  want(threads === null || isWhole(threads, 1, 1024), `threads: ${threads} is not a whole number from 1 to 1024`);
  for (const target of configuration.targets) faults.push(...targetFaults(target, app, transports));
  return faults;
}

/** @throws {ConfigurationError} with every fault, when there is one. */
export function assertRunnable(configuration: RunConfiguration): void {
  const faults = configurationFaults(configuration);
  if (faults.length > 0) throw new ConfigurationError(faults);
}

function targetFaults(target: TargetSpec, app: AppName, transports: readonly Transport[]): string[] {
  if (target.kind === 'address') {
    const fits = transports.every((transport) => transport === target.transport);
    return fits ? [] : [`target ${target.url} speaks ${target.transport} only`];
  }
  const carried: readonly Transport[] = models[target.model].transports;
  const spoken: readonly Transport[] = apps[app].transports;
  return transports
    .filter((transport) => !carried.includes(transport) || !spoken.includes(transport))
    .map((transport) => `${target.model} does not serve ${app} over ${transport}`);
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
