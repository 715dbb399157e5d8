import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { needsRoom } from '../apps/app-catalog.ts';
import { chooserOf, DEFAULT_BALANCE } from '../balance/policies.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';
import { Backends } from '../node/backends.ts';
import { relay } from '../node/relay.ts';
import { listenStream } from '../node/streams.ts';
import { ofSeveral, streamKeyOf } from '../random/random-spec.ts';
import { streamOf } from '../random/streams.ts';
import { Hub } from '../rooms/hub.ts';
import { addressOf, forkServer, killServers } from '../spawning/server-process.ts';
import { WorkerWatch } from '../spawning/worker-watch.ts';

/**
 * A load balancer in front of event-driven servers: one per CPU and at least two, each in a process with its own
 * loopback port. The balancer accepts, chooses a server by the policy of the spec and relays bytes both ways, as
 * HAProxy does in TCP mode. A server that dies is removed and not replaced, so that a benchmark shows the failure.
 */
export const model: ServerModel = {
  async start(spec, workerEnded): Promise<RunningServer> {
    const { path: _, ...served } = spec;
    const server = { ...served, transport: 'tcp', model: 'event-driven', host: '127.0.0.1', port: 0 } as const;
    const hub = needsRoom(spec.app) ? new Hub() : undefined;
    const watch = new WorkerWatch(workerEnded);
    const children: ChildProcess[] = [];
    try {
      for (let i = 0; i < Math.max(2, availableParallelism()); i++)
        children.push(forkServer(ofSeveral(server, i), hub));
      const backends = await backendsOf(children, spec, watch);
      const { address, close } = await listenStream(spec, (client) => void relay(client, backends));
      return {
        address,
        async close() {
          watch.close();
          await Promise.all([close(), killServers(children)]);
        },
      };
    } catch (error) {
      watch.close();
      await killServers(children);
      throw error;
    }
  },
};

/** Resolves when all servers are ready. From then on, servers that die are removed. */
async function backendsOf(children: readonly ChildProcess[], spec: ServerSpec, watch: WorkerWatch): Promise<Backends> {
  const addresses = await Promise.all(children.map(addressOf));
  const backends = new Backends(
    addresses,
    chooserOf(spec.balance ?? DEFAULT_BALANCE, streamOf('balancing', streamKeyOf(spec))),
  );
  children.forEach((child, i) => {
    child.once('exit', () => {
      const address = addresses[i];
      if (address !== undefined) backends.takeOut(address);
    });
    watch.process(child, 'server process behind the balancer', 'lasting');
  });
  return backends;
}
