import type { SingleTarget, TargetSpec } from '../model/configuration.ts';
import { startForeign } from './foreign-target.ts';
import { startGroup } from './group-target.ts';
import { startHost } from './host-target.ts';
import type { RunningTarget, TargetOptions } from './running-target.ts';
import { inSocketDirectory } from './socket-directory.ts';

/**
 * Starts the target of a trial, and waits until it is ready. A target that is given by its address already runs.
 * @throws {TargetError} when it does not start. The error contains the reason and the last lines on stderr.
 */
export async function startTarget(target: TargetSpec, options: TargetOptions): Promise<RunningTarget> {
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
      return startGroup(target.members, (member) => startTarget(member, options));
    default:
      return options.transport === 'unix'
        ? inSocketDirectory((path) => startServer(target, { ...options, path }))
        : startServer(target, options);
  }
}

function startServer(
  target: Exclude<SingleTarget, { readonly kind: 'address' }>,
  options: TargetOptions,
): Promise<RunningTarget> {
  return target.kind === 'exec' ? startForeign(target, options) : startHost(target.model, options);
}
