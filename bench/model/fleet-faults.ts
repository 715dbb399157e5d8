import { whyReflects } from '../../servers/apps/reflection.ts';
import { membersOf, type RunConfiguration, scenariosOf, transportsOf } from './configuration.ts';
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

/** Returns what servers on another machine require. */
export function servingWants(configuration: RunConfiguration): Want[] {
  const { serveOn, targets, serverCpus, secondEngine, scenarios, cpus } = configuration;
  const owned = targets.flatMap(membersOf).find(({ kind }) => kind === 'owned');
  if (serveOn === undefined) {
    return [[owned === undefined, 'serve-command: it names a command of another machine: add --serve-on']];
  }
  const kinds = targets.flatMap(membersOf).map(({ kind }) => kind);
  return [
    [
      !kinds.includes('exec'),
      'exec: commands are not sent to other machines: its owner lists some (agent --serve-command), which you name ' +
        'with --serve-command',
    ],
    [
      targets.every(({ kind }) => kind !== 'group'),
      'serve-on: that machine serves one target each: leave out --select',
    ],
    [!kinds.includes('address'), 'serve-on: the target runs already: leave out one of --serve-on and --target'],
    [!transportsOf(configuration).includes('unix'), 'serve-on: no other machine reaches a Unix-domain socket: use tcp'],
    [secondEngine === undefined, 'serve-on: a second opinion is for servers of this machine: leave out --engine'],
    [serverCpus === null, 'server-cpus: they are those of another machine: leave it out, and use taskset there'],
    [
      cpus === undefined && scenarios.every((scenario) => scenario.cpus === undefined),
      'cpus: the CPUs of another machine are not given here: leave it out, and use taskset there',
    ],
  ];
}

/** Servers that answer forged senders must not be reachable for other machines. */
function reflectionWants(configuration: RunConfiguration): Want[] {
  const host = configuration.fleet?.listenOn ?? '';
  if (configuration.serveOn !== undefined) return [];
  if (configuration.targets.every(({ kind }) => kind === 'address')) return [];
  return scenariosOf(configuration).flatMap(({ app, transports }) =>
    transports.map((transport): Want => {
      const why = whyReflects(app, transport, host);
      return [why === undefined, `listen-on: ${why}: start such a server yourself, and use --target`];
    }),
  );
}
