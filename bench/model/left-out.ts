import { whyNotCarried } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import { type RunConfiguration, scenariosOf, type TargetSpec, targetName } from './configuration.ts';
import type { Reason } from './trial.ts';

/** Returns why a target cannot be measured over a transport, as a clause; undefined when it can, as far as is known. */
export function whyNotMeasured(
  target: TargetSpec,
  { app }: Pick<RunConfiguration, 'app'>,
  transport: TransportName,
): string | undefined {
  if (target.kind === 'group') {
    return target.members.map((member) => whyNotMeasured(member, { app }, transport)).find((why) => why !== undefined);
  }
  if (target.kind === 'model') return whyNotCarried(target.model, app, transport);
  if (target.kind === 'exec') return whyNotStarted(target.command, transport);
  if (target.kind === 'owned') return undefined;
  return target.transport === transport ? undefined : `it speaks ${target.transport} only`;
}

/**
 * Returns why a command cannot be started as a server over a transport. One that names no transport is assumed to serve
 * over TCP. That it names no place to listen at is a fault of its own.
 */
export function whyNotStarted(command: string, transport: TransportName): string | undefined {
  const has = (placeholder: string) => command.includes(placeholder);
  if (transport === 'unix') return has('{path}') ? undefined : 'its command has no {path}';
  if (transport !== 'tcp' && !has('{transport}')) return 'its command has no {transport}';
  return has('{path}') && !has('{port}') ? 'its command has no {port}' : undefined;
}

/** Returns the targets that a run leaves out over some of its transports, and why. */
export function leftOut(configuration: RunConfiguration): Reason[] {
  const served = scenariosOf(configuration).flatMap(({ app, transports }) =>
    transports.map((transport) => [`${app} ${transport}`, { app, transport }] as const),
  );
  return [...new Map(served).values()].flatMap(({ app, transport }) =>
    configuration.targets.flatMap((target): Reason[] => {
      const why = whyNotMeasured(target, { app }, transport);
      return why
        ? [{ code: 'left-out', message: `${targetName(target)} was not measured over ${transport}: ${why}` }]
        : [];
    }),
  );
}
