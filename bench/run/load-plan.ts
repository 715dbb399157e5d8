import { PAGE } from '../../servers/apps/http/answers.ts';
import type { StreamKey } from '../../servers/random/streams.ts';
import { formatAddress } from '../../sockets/address.ts';
import type { LoadPlan } from '../load/generator.ts';
import { sendsHttp } from '../model/app-workload.ts';
import type { RunConfiguration } from '../model/configuration.ts';
import type { Placement } from './placement.ts';
import type { TrialSpec } from './planner.ts';
import type { RunningTarget } from './running-target.ts';

/** Returns the plan of a trial's load, for the generator. */
export function planLoad(
  spec: TrialSpec,
  configuration: RunConfiguration,
  placement: Placement,
  target: RunningTarget,
): LoadPlan {
  const { stages, warmupMs, requests, timestamps, timeoutMs, openTimeoutMs } = configuration;
  const { transport, app, workload, connection, connections, pipelining, sizes, deflate } = spec;
  return {
    point: {
      ...{ transport, app, workload, connection, pipelining, sizes },
      ...(deflate && { deflate }),
      connections: mostConnections(connections, configuration),
    },
    address: target.address,
    // The thread that sends a line must know which clients have received it, so one thread has all clients.
    threads: workload === 'broadcast' ? 1 : placement.threads,
    cpus: placement.loadCpus,
    arrivals: arrivalsOf(configuration),
    streamKey: streamKeyOf(spec, configuration),
    levels: growsInStages(configuration) ? { start: connections, stages, holdMs: warmupMs } : null,
    requests,
    ...httpOf(spec, target),
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

/**
 * Returns what to request from an HTTP server. The built-in app's page is known; another server may answer anything.
 */
function httpOf({ app, workload, target }: TrialSpec, { address }: RunningTarget): Pick<LoadPlan, 'http'> {
  if (!sendsHttp(app, workload)) return {};
  const asked = target.kind === 'address' ? target.http : undefined;
  const page = target.kind === 'model' ? PAGE : null;
  return { http: { ...(asked ?? { host: formatAddress(address), path: '/' }), page } };
}

/** Reports whether stages change the number of connections in use, rather than a rate. */
export function growsInStages({ rate, stages }: RunConfiguration): boolean {
  return rate === null && stages.length > 0;
}

/** Returns the most connections that a load uses at once. @param connections in use at the beginning. */
export function mostConnections(connections: number, configuration: RunConfiguration): number {
  const { stages } = configuration;
  return Math.max(connections, ...(growsInStages(configuration) ? stages.map(({ target }) => target) : []));
}

function arrivalsOf({ rate, arrivals, stages, warmupMs }: RunConfiguration): LoadPlan['arrivals'] {
  return rate === null ? null : { profile: { start: rate, stages, holdMs: warmupMs }, arrivals };
}
