import type { StreamKey } from '../../servers/random/streams.ts';
import { hostField } from '../../sockets/address.ts';
import type { LoadPlan } from '../load/generator.ts';
import { isStamped, pageOf } from '../model/app-workload.ts';
import { membersOf, type RunConfiguration } from '../model/configuration.ts';
import { httpRequests, isPlainGet } from '../model/exchange.ts';
import { growsInStages, mostConnections } from '../model/operating-point.ts';
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
  const protocol = protocolSpec(point, destinationOf(spec, target), exchangeWithSecrets);
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
    protocol,
    // A search compares response times with its objective.
    isExact: configuration.command === 'capacity',
    ...tlsUseOf(spec, configuration.tlsOptions, target.address, membersOf(spec.target)[0]),
    ...selectionOf(spec, target),
    timestamps: isStamped(transport) ? timestamps : 'user',
    timeoutMs,
    openTimeoutMs,
  };
}

function selectionOf({ target }: TrialSpec, { members = [] }: RunningTarget): Pick<LoadPlan, 'selection'> {
  if (target.kind !== 'group') return {};
  return {
    selection: { addresses: members.map(({ address }) => address), policy: target.select },
  };
}

/** Returns the key of the trial's random streams: new in each round, but the same for every target. */
export function streamKeyOf({ round }: TrialSpec, { seed }: RunConfiguration): StreamKey {
  return { seed, round };
}

/**
 * Returns what the protocol must know of the target; of several, the first, whose requests all of them get. The
 * built-in app's page is known. Another server may answer anything.
 */
function destinationOf({ target, app, exchange }: TrialSpec, { address }: RunningTarget): Destination {
  const [first] = membersOf(target);
  const here = { host: hostField(address), path: '/' };
  if (first?.kind === 'address') return { ...(first.http ?? here), redis: first.redis };
  const builtIn = membersOf(target).every(({ kind }) => kind === 'model');
  const isPage = builtIn && (exchange === null || isPlainGet(exchange));
  return { ...here, pages: isPage ? httpRequests(exchange, '/').map(() => pageOf(app)) : null };
}

function arrivalsOf({ rate, arrivals, stages }: TrialSpec, warmupMs: number): LoadPlan['arrivals'] {
  if (rate === null) return null;
  return { profile: { start: rate, stages, holdMs: warmupMs }, arrivals: arrivals ?? 'constant' };
}
