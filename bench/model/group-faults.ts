import type { RunConfiguration, SingleTarget, TargetGroup } from './configuration.ts';
import { mostConnections } from './operating-point.ts';
import type { Want } from './want.ts';

/** Most targets in a group: each has histograms and a queue in every thread. */
const MAX_TARGETS = 64;

/** Returns the requirements of several targets that share a load. */
export function groupWants(configuration: RunConfiguration): Want[] {
  return configuration.targets.flatMap((target) => (target.kind === 'group' ? ofGroup(target, configuration) : []));
}

function ofGroup({ members }: TargetGroup, configuration: RunConfiguration): Want[] {
  const { connections, connection, exchange } = configuration;
  const few = connections.find((level) => mostConnections({ ...configuration, connections: level }) < members.length);
  return [
    [members.length > 1, 'select: one target leaves nothing to choose: name several, or leave out --select'],
    [members.length <= MAX_TARGETS, `select: ${members.length} targets are more than ${MAX_TARGETS}`],
    [
      few === undefined || connection === 'per-request',
      `connections: ${few} for ${members.length} targets: each needs at least one, so raise --connections`,
    ],
    [
      exchange?.protocol !== 'http' || new Set(members.map(pathOf)).size <= 1,
      'select: all targets get the requests that flags choose: give their URLs the same path',
    ],
  ];
}

function pathOf(member: SingleTarget): string {
  return (member.kind === 'address' ? member.http?.path : undefined) ?? '/';
}
