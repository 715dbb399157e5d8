import type { TargetSpec } from '../model/configuration.ts';
import { startForeign } from './foreign-target.ts';
import { startGroup } from './group-target.ts';
import { startHost } from './host-target.ts';
import type { RunningTarget, TargetOptions } from './running-target.ts';

/**
 * Starts what a trial measures, freshly, and waits until it answers.
 * @throws {TargetError} when it does not start; says why and holds its last words.
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
