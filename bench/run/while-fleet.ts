import type { FleetRequest } from '../model/fleet.ts';
import type { LoadSource } from './load-source.ts';
import { whileRunning } from './while-running.ts';

/**
 * Runs `work` with the agents that were requested; without any when none were. They are released however it ends.
 * @throws {ServiceError} when the NATS server cannot be reached.
 * @throws {ConfigurationError} when there are too few agents.
 */
export async function whileFleet<T>(
  request: FleetRequest | undefined,
  work: (source: LoadSource | undefined) => Promise<T>,
): Promise<T> {
  if (request === undefined) return work(undefined);
  // On demand: a load of one machine needs none of it.
  const { openFleet } = await import('../fleet/controller/open-fleet.ts');
  return whileRunning(openFleet(request), work);
}
