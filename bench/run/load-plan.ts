import type { StreamKey } from '../../servers/random/streams.ts';
import { formatAddress } from '../../sockets/address.ts';
import type { LoadPlan } from '../load/generator.ts';
import type { ProtocolSpec } from '../load/protocols/make-protocol.ts';
import { pageOf } from '../model/app-workload.ts';
import type { RunConfiguration } from '../model/configuration.ts';
import { growsInStages, mostConnections } from '../model/operating-point.ts';
import { appProtocol } from './app-protocol.ts';
import type { Placement } from './placement.ts';
import { pointOf, type TrialSpec } from './planner.ts';
import type { RunningTarget } from './running-target.ts';

/** Returns the plan of a trial's load, for the generator. */
export function planLoad(
  spec: TrialSpec,
  configuration: RunConfiguration,
  placement: Placement,
  target: RunningTarget,
): LoadPlan {
  const { warmupMs, requests, timestamps, timeoutMs, openTimeoutMs } = configuration;
  const { workload, connections, stages } = spec;
  return {
    point: { ...pointOf(spec), connections: mostConnections(spec) },
    address: target.address,
    // The thread that sends a line must know which clients have received it, so one thread has all clients.
    threads: workload === 'broadcast' ? 1 : placement.threads,
    cpus: placement.loadCpus,
    arrivals: arrivalsOf(spec, warmupMs),
    streamKey: streamKeyOf(spec, configuration),
    levels: growsInStages(spec) ? { start: connections, stages, holdMs: warmupMs } : null,
    requests,
    protocol: protocolOf(spec, target),
    ...selectionOf(spec, target),
    timestamps,
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

/** Returns what the clients of an app exchange with its server. */
function protocolOf(spec: TrialSpec, { address }: RunningTarget): ProtocolSpec {
  const { app, target } = spec;
  const http = target.kind === 'address' ? target.http : undefined;
  const page = target.kind === 'model' ? pageOf(app) : null;
  return appProtocol(pointOf(spec), { host: formatAddress(address), path: '/', ...http, page });
}

function arrivalsOf({ rate, arrivals, stages }: TrialSpec, warmupMs: number): LoadPlan['arrivals'] {
  if (rate === null) return null;
  return { profile: { start: rate, stages, holdMs: warmupMs }, arrivals: arrivals ?? 'constant' };
}
