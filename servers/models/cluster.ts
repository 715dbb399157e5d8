import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { SocketAddress } from '../../sockets/address.ts';
import { needsRoom } from '../apps/app-catalog.ts';
import type { ServerModel } from '../contract.ts';
import { ofSeveral } from '../random/random-spec.ts';
import { Hub, hubStdio } from '../rooms/hub.ts';
import type { HostSpec } from '../spawning/host-messages.ts';
import { serverEnvironment } from '../spawning/server-environment.ts';
import { addressOf, hostProgram, startTogether } from '../spawning/server-process.ts';

/** The descriptors that Node's cluster uses, and a link to the hub. */
const stdio = ['inherit', 'inherit', 'inherit', 'ipc', ...hubStdio];

/**
 * Node's cluster: one process per CPU, each running the event-driven model, all on one address. The primary accepts
 * connections and distributes them in turn. Over UDP the workers share the socket, and the kernel's wake-ups decide.
 */
export const model: ServerModel = {
  start(spec, workerEnded) {
    const hub = needsRoom(spec.app) ? new Hub() : undefined;
    const server: HostSpec = { ...spec, linked: hub !== undefined, model: 'event-driven', parentPid: process.pid };
    return startTogether(async (children) => {
      for (let i = 0; i < availableParallelism(); i++) {
        const args = [JSON.stringify(ofSeveral(server, i))];
        // Applies to workers forked afterwards.
        cluster.setupPrimary({ exec: fileURLToPath(hostProgram), args, ...(hub && { stdio }) });
        const worker = cluster.fork(serverEnvironment());
        // Re-emits errors of its process, which are handled there, and reports messages sent to an ended process.
        worker.on('error', () => undefined);
        const child = worker.process;
        hub?.join(child);
        children.push(child);
      }
      // Port 0 yields the same port for all workers: the primary binds it once.
      const [address] = await Promise.all(children.map(addressOf));
      return address as SocketAddress;
    }, workerEnded);
  },
};
