import { whyReflects } from '../../servers/apps/reflection.ts';
import { type RunConfiguration, scenariosOf, transportsOf } from './configuration.ts';
import type { Want } from './want.ts';

/** Returns what a load that agents make requires. */
export function fleetWants(configuration: RunConfiguration): Want[] {
  const { fleet, workload, exchange, targets, secondEngine, loadCpus } = configuration;
  if (fleet === undefined) return [];
  return [
    [workload !== 'broadcast', 'agents: they run no broadcast, whose clients are in one thread: leave out --agents'],
    [exchange?.protocol !== 'plug-in', 'agents: they load no plug-ins, which are code: leave out --protocol-file'],
    [!transportsOf(configuration).includes('unix'), 'agents: they use no Unix-domain sockets: use tcp'],
    [targets.every((target) => target.kind !== 'group'), 'agents: they load one target each: leave out --select'],
    ...reflectionWants(configuration),
    [secondEngine === undefined, 'agents: a second opinion comes from this machine: leave out --engine'],
    [loadCpus === null, 'load-cpus: the load runs on the machines of the agents: leave it out, and use taskset there'],
  ];
}

/** Servers that answer forged senders must not be reachable for other machines. */
function reflectionWants(configuration: RunConfiguration): Want[] {
  const host = configuration.fleet?.listenOn ?? '';
  if (configuration.targets.every(({ kind }) => kind === 'address')) return [];
  return scenariosOf(configuration).flatMap(({ app, transports }) =>
    transports.map((transport): Want => {
      const why = whyReflects(app, transport, host);
      return [why === undefined, `listen-on: ${why}: start such a server yourself, and use --target`];
    }),
  );
}
