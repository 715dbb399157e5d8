import type { ServedElsewhere } from '../model/configuration.ts';
import type { ServingMachine } from '../model/fleet.ts';
import type { RunningTarget, TargetOptions } from './running-target.ts';

/** Starts the servers of trials on another machine. */
export interface ServerHost {
  readonly machine: ServingMachine;
  /**
   * Starts a server there, and resolves when it is ready. Its CPUs and its address are chosen there.
   * @param connections the most that it will have to accept at once.
   * @throws {TargetError} when it does not start. @throws {AgentError} when the machine refuses or was lost.
   */
  start(
    target: ServedElsewhere,
    options: Omit<TargetOptions, 'path' | 'host' | 'cpus'>,
    connections: number,
  ): Promise<RunningTarget>;
}
