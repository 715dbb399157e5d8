import { getAffinity } from '../../sockets/os/cpu.ts';
import type { RunConfiguration } from '../model/configuration.ts';
import type { FleetRequest } from '../model/fleet.ts';
import type { LoadSource } from './load-source.ts';
import { type Placement, withHost, withSource } from './placement.ts';
import { whileRunning } from './while-running.ts';

/**
 * Runs `work` with the agents that were requested; without any when none were. They are released however it ends.
 * @throws {ServiceError} when the NATS server cannot be reached.
 * @throws {ConfigurationError} when there are too few agents.
 */
async function whileFleet<T>(
  request: FleetRequest | undefined,
  work: (source: LoadSource | undefined) => Promise<T>,
): Promise<T> {
  if (request === undefined) return work(undefined);
  // On demand: a load of one machine needs none of it.
  const { openFleet } = await import('../fleet/controller/open-fleet.ts');
  return whileRunning(openFleet(request), work);
}

/**
 * Runs `work` with the machines that a configuration requests: agents that make its load, and one that starts its servers.
 * @throws {ServiceError} when the NATS server cannot be reached.
 * @throws {ConfigurationError} when there are too few agents, or the machine does not start such servers.
 */
export function whileElsewhere<T>(
  configuration: RunConfiguration,
  placement: Placement,
  work: (placement: Placement) => Promise<T>,
): Promise<T> {
  const { fleet, serveOn } = configuration;
  return whileFleet(fleet, async (source) => {
    const placed = withSource(placement, source);
    if (serveOn === undefined) return work(placed);
    const { openServerHost } = await import('../fleet/controller/open-server-host.ts');
    return whileRunning(openServerHost(serveOn, configuration), (host) =>
      work(withHost(placed, host, getAffinity(0), configuration)),
    );
  });
}
