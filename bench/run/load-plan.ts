import { isDeepStrictEqual } from 'node:util';
import type { StreamKey } from '../../servers/random/streams.ts';
import { hostField, type SocketAddress } from '../../sockets/address.ts';
import type { LoadPlan } from '../load/generator.ts';
import type { ProtocolSpec } from '../load/protocols/make-protocol.ts';
import { isStamped, pageOf } from '../model/app-workload.ts';
import { membersOf, type RunConfiguration } from '../model/configuration.ts';
import { httpRequests, isPlainGet } from '../model/exchange.ts';
import { growsInStages, mostConnections } from '../model/operating-point.ts';
import type { LoadRecipe } from './load-source.ts';
import type { Placement } from './placement.ts';
import { pointOf, type TrialSpec } from './planner.ts';
import { type Destination, protocolSpec } from './protocol-spec.ts';
import type { RunningTarget } from './running-target.ts';
import { tlsUseOf } from './tls-use.ts';

/** Returns the plan of a trial's load, for the generator. */
export function planLoad(
  spec: TrialSpec,
  configuration: RunConfiguration,
  placement: Placement,
  target: RunningTarget,
): LoadPlan {
  const { warmupMs, requests, timestamps, timeoutMs, openTimeoutMs, exchangeWithSecrets } = configuration;
  const { workload, connections, stages, transport } = spec;
  const point = { ...pointOf(spec), connections: mostConnections(spec) };
  const addresses = (target.members ?? [target]).map(({ address }) => address);
  const destinations = destinationsOf(spec, addresses);
  const specs = destinations.map((destination) => protocolSpec(point, destination, exchangeWithSecrets));
  return {
    point,
    address: target.address,
    // The thread that sends a line must know which clients have received it, so one thread has all clients.
    threads: workload === 'broadcast' ? 1 : placement.threads,
    cpus: placement.loadCpus,
    arrivals: arrivalsOf(spec, warmupMs),
    streamKey: streamKeyOf(spec, configuration),
    levels: growsInStages(spec) ? { start: connections, stages, holdMs: warmupMs } : null,
    requests,
    protocol: perTarget(specs),
    // A search compares response times with its objective.
    isExact: configuration.command === 'capacity',
    ...tlsUseOf(spec, configuration.tlsOptions, addresses, membersOf(spec.target)),
    ...selectionOf(spec, addresses),
    timestamps: isStamped(transport) ? timestamps : 'user',
    timeoutMs,
    openTimeoutMs,
  };
}

/** Returns what the protocol of that load is made of. */
export function recipeOf(spec: TrialSpec, configuration: RunConfiguration, target: RunningTarget): LoadRecipe {
  const addresses = (target.members ?? [target]).map(({ address }) => address);
  const { exchangeWithSecrets = spec.exchange } = configuration;
  return { destinations: destinationsOf(spec, addresses), exchange: exchangeWithSecrets };
}

function selectionOf({ target }: TrialSpec, addresses: readonly SocketAddress[]): Pick<LoadPlan, 'selection'> {
  return target.kind === 'group' ? { selection: { addresses, policy: target.select } } : {};
}

/** Returns one protocol for all targets: a single one when their requests are the same. */
function perTarget(specs: readonly ProtocolSpec[]): ProtocolSpec {
  const [first] = specs;
  return first !== undefined && specs.every((spec) => isDeepStrictEqual(spec, first))
    ? first
    : { kind: 'per-target', specs };
}

/** Returns the key of the trial's random streams: new in each round, but the same for every target. */
export function streamKeyOf({ round }: TrialSpec, { seed }: RunConfiguration): StreamKey {
  return { seed, round };
}

/**
 * Returns what the protocol must know of each server of the target. The built-in app's page is known. Another server may
 * answer anything.
 */
function destinationsOf({ target, app, exchange }: TrialSpec, addresses: readonly SocketAddress[]): Destination[] {
  const isPlain = exchange === null || isPlainGet(exchange);
  return membersOf(target).map((member, i) => {
    const here = { host: hostField(addresses[i] as SocketAddress), path: '/' };
    if (member.kind === 'address') return { ...(member.http ?? here), redis: member.redis };
    const isPage = member.kind === 'model' && isPlain;
    return { ...here, pages: isPage ? httpRequests(exchange, '/').map(() => pageOf(app)) : null };
  });
}

function arrivalsOf({ rate, arrivals, stages }: TrialSpec, warmupMs: number): LoadPlan['arrivals'] {
  if (rate === null) return null;
  return { profile: { start: rate, stages, holdMs: warmupMs }, arrivals: arrivals ?? 'constant' };
}
