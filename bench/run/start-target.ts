import type { TargetSpec } from '../model/configuration.ts';
import { startForeign } from './foreign-target.ts';
import { startGroup } from './group-target.ts';
import { startHost } from './host-target.ts';
import type { RunningTarget, TargetOptions } from './running-target.ts';

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
    case 'exec':
      return startForeign(target, options);
    case 'model':
      return startHost(target.model, options);
    case 'group':
      return startGroup(target.members, (member) => startTarget(member, options));
  }
}
