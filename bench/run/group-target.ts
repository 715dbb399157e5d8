import type { SingleTarget } from '../model/configuration.ts';
import type { RunningTarget } from './running-target.ts';

/**
 * Starts several servers that share a load, all at once. When one does not start, stops the others.
 * @param start starts one member.
 * @throws {TargetError} of the first member that does not start.
 */
export async function startGroup(
  members: readonly SingleTarget[],
  start: (member: SingleTarget) => Promise<RunningTarget>,
): Promise<RunningTarget> {
  const outcomes = await Promise.allSettled(members.map(start));
  const running = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const stop = async () => void (await Promise.all(running.map((member) => member.stop())));
  const [first] = running;
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined || first === undefined) {
    await stop();
    throw failed?.reason ?? new TypeError('a group has members');
  }
  const died = Promise.race(running.map((member) => member.died));
  died.catch(() => undefined);
  return {
    address: first.address,
    members: running,
    pids: pidsOf(running),
    died,
    watch(clientsStay) {
      for (const member of running) member.watch(clientsStay);
    },
    lost: async () => (await Promise.all(running.map((member) => member.lost()))).flat(),
    stop,
  };
}

/** Returns null when the processes of some members are not known. */
function pidsOf(running: readonly RunningTarget[]): RunningTarget['pids'] {
  const known = running.flatMap(({ pids }) => pids ?? []);
  return known.length < running.length ? null : () => known.flatMap((pids) => pids());
}
