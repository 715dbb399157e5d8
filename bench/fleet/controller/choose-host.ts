import { whyReflects } from '../../../servers/apps/reflection.ts';
import { isLoopback } from '../../../sockets/address.ts';
import { membersOf, type RunConfiguration, scenariosOf } from '../../model/configuration.ts';
import { ConfigurationError } from '../../model/errors.ts';
import type { HostChoice, ServeRequest } from '../../model/fleet.ts';
import type { AgentCard } from '../model/agent-card.ts';

/** The card of a machine that starts servers. */
export type HostCard = AgentCard & Required<Pick<AgentCard, 'serves'>>;

/** Returns the machines that start servers and were chosen. */
export function hostsOf(choice: HostChoice, cards: readonly AgentCard[]): HostCard[] {
  return cards.filter(
    (card): card is HostCard =>
      card.serves !== undefined &&
      (choice.kind === 'name' ? card.name === choice.name : card.labels[choice.label] === choice.value),
  );
}

/**
 * Chooses the machine that starts the servers of a run.
 * @throws {ConfigurationError} when there is not exactly one that is idle, or it does not serve what is to be measured,
 * or where this machine may send load.
 */
export function chooseHost(
  { choice, allowed }: ServeRequest,
  cards: readonly AgentCard[],
  configuration: RunConfiguration,
): HostCard {
  const called = choice.kind === 'name' ? choice.name : `${choice.label}=${choice.value}`;
  const [host, ...others] = hostsOf(choice, cards);
  if (host === undefined) {
    throw new ConfigurationError([
      `serve-on: there is no agent ${called} that starts servers: start it with sockbench agent --serve, or look at sockbench agents`,
    ]);
  }
  if (others.length > 0) {
    throw new ConfigurationError([`serve-on: ${others.length + 1} agents are called ${called}: name one of them`]);
  }
  const faults = [
    ...stateFaults(host),
    ...commandFaults(host, configuration),
    ...reflectionFaults(host, configuration),
  ];
  const { listenOn } = host.serves;
  // Agents have lists of their own.
  if (configuration.fleet === undefined && !isLoopback(listenOn) && !allowed.includes(listenOn)) {
    faults.push(
      `serve-on: agent ${host.name} serves on ${listenOn}, another machine; to flood it, if it is yours, add --allow-remote ${listenOn}`,
    );
  }
  if (faults.length > 0) throw new ConfigurationError(faults);
  return host;
}

function stateFaults({ name, state }: HostCard): string[] {
  return state === 'idle' ? [] : [`serve-on: agent ${name} is ${state}: wait until it is idle`];
}

function commandFaults({ name, serves: { commands } }: HostCard, { targets }: RunConfiguration): string[] {
  const listed = commands.length === 0 ? 'none' : commands.join(', ');
  return targets
    .flatMap(membersOf)
    .flatMap((target) => (target.kind === 'owned' && !commands.includes(target.name) ? [target.name] : []))
    .map(
      (command) =>
        `serve-command: agent ${name} lists no command ${command}: it lists ${listed} (agent --serve-command)`,
    );
}

function reflectionFaults({ name, serves: { listenOn } }: HostCard, configuration: RunConfiguration): string[] {
  const reasons = scenariosOf(configuration).flatMap(({ app, transports }) =>
    transports.flatMap((transport) => whyReflects(app, transport, listenOn) ?? []),
  );
  return [...new Set(reasons)].map((why) => `serve-on: agent ${name} does not serve it: ${why}: use tcp`);
}
