import type { StreamKey } from '../../servers/random/streams.ts';
import { hostField } from '../../sockets/address.ts';
import type { LoadPlan } from '../load/generator.ts';
import { isStamped, pageOf, sendsHttp } from '../model/app-workload.ts';
import type { RunConfiguration } from '../model/configuration.ts';
import { growsInStages, mostConnections } from '../model/operating-point.ts';
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
  const { workload, connections, stages, transport } = spec;
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
    ...httpOf(spec, target),
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
 * Returns what to request from an HTTP server. The built-in app's page is known; another server may answer anything.
 */
function httpOf({ app, workload, target }: TrialSpec, { address }: RunningTarget): Pick<LoadPlan, 'http'> {
  if (!sendsHttp(app, workload)) return {};
  const given = target.kind === 'address' ? target.http : undefined;
  const page = target.kind === 'model' ? pageOf(app) : null;
  return { http: { ...(given ?? { host: hostField(address), path: '/' }), page } };
}

function arrivalsOf({ rate, arrivals, stages }: TrialSpec, warmupMs: number): LoadPlan['arrivals'] {
  if (rate === null) return null;
  return { profile: { start: rate, stages, holdMs: warmupMs }, arrivals: arrivals ?? 'constant' };
}
