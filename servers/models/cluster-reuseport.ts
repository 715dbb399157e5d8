import { availableParallelism } from 'node:os';
import { asInternet } from '../../sockets/address.ts';
import { needsRoom } from '../apps/app-catalog.ts';
import type { ServerModel } from '../contract.ts';
import { ofSeveral } from '../random/random-spec.ts';
import { Hub } from '../rooms/hub.ts';
import { addressOf, forkServer, startTogether } from '../spawning/server-process.ts';

/**
 * One process per CPU, as in cluster, but each with its own socket on the shared port (SO_REUSEPORT, socket(7), Linux
 * 3.9). Each process accepts its own connections: the kernel selects the process by a hash of both addresses. nginx
 * calls this `reuseport`.
 */
export const model: ServerModel = {
  start: (spec, workerEnded) =>
    startTogether(async (children) => {
      const server = { ...spec, model: 'event-driven' } as const;
      const hub = needsRoom(spec.app) ? new Hub() : undefined;
      const first = forkServer({ ...server, sharedPort: 'open' }, hub);
      children.push(first);
      const address = asInternet(await addressOf(first));
      for (let i = 1; i < availableParallelism(); i++) {
        children.push(forkServer({ ...ofSeveral(server, i), port: address.port, sharedPort: 'join' }, hub));
      }
      await Promise.all(children.slice(1).map(addressOf));
      return address;
    }, workerEnded),
};
