import { DEFAULT_APP } from '../../servers/apps/catalog.ts';
import { speaksHttp, throughNode } from './app-workload.ts';
import { type RunConfiguration, type TargetGroup, transportsOf } from './configuration.ts';
import { isOneWay } from './operating-point.ts';
import type { Want } from './want.ts';

/** Most targets in a group: each has histograms and a queue in every thread. */
const MAX_TARGETS = 64;

/** Returns the requirements of several targets that share a load. */
export function groupWants(configuration: RunConfiguration): Want[] {
  return configuration.targets.flatMap((target) => (target.kind === 'group' ? ofGroup(target, configuration) : []));
}

function ofGroup({ members }: TargetGroup, configuration: RunConfiguration): Want[] {
  const { workload, app, connection, stages, rate } = configuration;
  const ramps = rate === null ? stages.map(({ target }) => target) : [];
  const few = configuration.connections.find((level) => Math.max(level, ...ramps) < members.length);
  const through = transportsOf(configuration).find((transport) => throughNode(transport, app));
  return [
    [members.length > 1, 'select: one target leaves nothing to choose: name several, or leave out --select'],
    [members.length <= MAX_TARGETS, `select: ${members.length} targets are more than ${MAX_TARGETS}`],
    [!isOneWay(workload), `select: ${workload} has no requests to choose a target for: measure one target`],
    [workload !== 'broadcast', 'select: all clients of a chat connect to one server: measure one target'],
    [
      through === undefined && !speaksHttp(app),
      `select: ${app} over ${through ?? 'tcp'} uses clients that support only one target: use tcp or udp, and --app ${DEFAULT_APP}`,
    ],
    [
      few === undefined || connection === 'per-request',
      `connections: ${few} for ${members.length} targets: each needs at least one, so raise --connections`,
    ],
  ];
}
