import cluster, { type Worker } from 'node:cluster';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { SocketAddress } from '../../sockets/address.ts';
import type { RunningServer, ServerModel, ServerSpec } from '../contract.ts';

/** What a worker process is told, as JSON on its command line. */
export interface WorkerSpec extends ServerSpec {
  readonly parentPid: number;
}

/** What a worker process tells the primary, once. */
export type WorkerMessage =
  | { readonly kind: 'ready'; readonly address: SocketAddress }
  | { readonly kind: 'failed'; readonly message: string };

/**
 * Node's cluster: one process a CPU, each running the event-driven model, all on one port. Over TCP the primary accepts
 * and deals connections out in turn; over UDP the workers share the socket, and the kernel's wake-ups decide.
 */
export const model: ServerModel = {
  async start(spec): Promise<RunningServer> {
    const argument: WorkerSpec = { ...spec, parentPid: process.pid };
    const exec = fileURLToPath(new URL('../cluster-main.js', import.meta.url));
    cluster.setupPrimary({ exec, args: [JSON.stringify(argument)] });
    const workers = Array.from({ length: availableParallelism() }, () => cluster.fork());
    const close = async () => {
      await Promise.all(workers.map(kill));
    };
    try {
      const [address] = await Promise.all(workers.map(readiness));
      // Port 0 is the same port for all of them: the primary binds it once.
      return { address: address as SocketAddress, close };
    } catch (error) {
      await close();
      throw error;
    }
  },
};

function readiness(worker: Worker): Promise<SocketAddress> {
  return new Promise((resolve, reject) => {
    worker.once('message', (message: WorkerMessage) => {
      if (message.kind === 'ready') resolve(message.address);
      else reject(new Error(message.message));
    });
    worker.once('error', reject);
    worker.once('exit', (code, signal) => reject(new Error(`a cluster worker ended at once: ${signal ?? code}`)));
  });
}

/** A worker has nothing to save, so it is not asked. Resolves when it is gone. */
function kill(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    if (worker.isDead()) return resolve();
    worker.once('exit', () => resolve());
    worker.process.kill('SIGKILL');
  });
}
