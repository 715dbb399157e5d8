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
  const { connections, connection } = configuration;
  const few = connections.find((level) => mostConnections({ ...configuration, connections: level }) < members.length);
  return [
    [members.length > 1, 'select: one target leaves nothing to choose: name several, or leave out --select'],
    [members.length <= MAX_TARGETS, `select: ${members.length} targets are more than ${MAX_TARGETS}`],
    [
      few === undefined || connection === 'per-request',
      `connections: ${few} for ${members.length} targets: each needs at least one, so raise --connections`,
    ],
    [
      new Set(members.map(requested)).size <= 1,
      'select: all targets get the same requests: give their URLs the same path, and the same password and database',
    ],
  ];
}

/** Returns what a target's URL contributes to the requests. */
function requested(member: SingleTarget): string {
  const { http, redis }: Partial<Extract<SingleTarget, { kind: 'address' }>> = member.kind === 'address' ? member : {};
  return JSON.stringify([http?.path ?? '/', redis?.user, redis?.password, redis?.database]);
}
