import { PAGE } from '../../servers/apps/http.ts';
import type { StreamKey } from '../../servers/random.ts';
import { formatAddress } from '../../sockets/address.ts';
import type { LoadPlan } from '../load/generator.ts';
import { sendsHttp } from '../model/app-workload.ts';
import type { RunConfiguration } from '../model/configuration.ts';
import type { Placement } from './placement.ts';
import type { TrialSpec } from './planner.ts';
import type { RunningTarget } from './running-target.ts';

/** What the generator of a trial is to do. */
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
    // Whoever says a line must know who has heard it.
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

/** In each round chance decides anew, and alike for every target. */
export function streamKeyOf({ round }: TrialSpec, { seed }: RunConfiguration): StreamKey {
  return { seed, round };
}

/** What to ask an HTTP server for. What the built-in app says is known; another server may say what it likes. */
function httpOf({ app, workload, target }: TrialSpec, { address }: RunningTarget): Pick<LoadPlan, 'http'> {
  if (!sendsHttp(app, workload)) return {};
  const asked = target.kind === 'address' ? target.http : undefined;
  const page = target.kind === 'model' ? PAGE : null;
  return { http: { ...(asked ?? { host: formatAddress(address), path: '/' }), page } };
}

/** Do stages say how many connections are in use, rather than a rate? */
export function growsInStages({ rate, stages }: RunConfiguration): boolean {
  return rate === null && stages.length > 0;
}

/** Connections that a load of so many at its beginning ever uses at once. */
export function mostConnections(connections: number, configuration: RunConfiguration): number {
  const { stages } = configuration;
  return Math.max(connections, ...(growsInStages(configuration) ? stages.map(({ target }) => target) : []));
}

function arrivalsOf({ rate, arrivals, stages, warmupMs }: RunConfiguration): LoadPlan['arrivals'] {
  return rate === null ? null : { profile: { start: rate, stages, holdMs: warmupMs }, arrivals };
}
