import type { SingleTarget, TargetSpec } from '../model/configuration.ts';
import { startForeign } from './foreign-target.ts';
import { startGroup } from './group-target.ts';
import { startHost } from './host-target.ts';
import type { RunningTarget, TargetOptions } from './running-target.ts';
import type { ServerHost } from './server-host.ts';
import { inSocketDirectory } from './socket-directory.ts';

/** Another machine that starts servers, and how many connections they have to accept. */
export interface Elsewhere {
  readonly host: ServerHost;
  readonly connections: number;
}

/**
 * Starts the target of a trial, and waits until it is ready. A target that is given by its address already runs.
 * @param elsewhere undefined: servers are started on this machine.
 * @throws {TargetError} when it does not start. The error contains the reason and the last lines on stderr.
 */
export async function startTarget(
  target: TargetSpec,
  options: TargetOptions,
  elsewhere?: Elsewhere | undefined,
): Promise<RunningTarget> {
  switch (target.kind) {
    case 'address':
      return {
        address: target.address,
        pids: null,
        died: new Promise(() => {}),
        watch: () => {},
        lost: async () => [],
        stop: async () => {},
      };
    case 'group':
      return startGroup(target.members, (member) => startTarget(member, options, elsewhere));
    case 'exec':
      return startHere(target, options);
    case 'model':
      return elsewhere === undefined
        ? startHere(target, options)
        : elsewhere.host.start(target, options, elsewhere.connections);
    case 'owned':
      // configurationFaults() refuses it.
      if (elsewhere === undefined) throw new TypeError(`no machine to start ${target.name} on`);
      return elsewhere.host.start(target, options, elsewhere.connections);
  }
}

type ServedHere = Extract<SingleTarget, { readonly kind: 'exec' | 'model' }>;

function startHere(target: ServedHere, options: TargetOptions): Promise<RunningTarget> {
  return options.transport === 'unix'
    ? inSocketDirectory((path) => startServer(target, { ...options, path }))
    : startServer(target, options);
}

function startServer(target: ServedHere, options: TargetOptions): Promise<RunningTarget> {
  return target.kind === 'exec' ? startForeign(target, options) : startHost(target.model, options);
}
