import type { ModelName } from '../../servers/model-catalog.ts';
import { IDLE_LIMIT } from '../../servers/spawning/idle-workers.ts';
import type { Holdings } from '../servers/process-tree.ts';

/** What a model keeps for later clients after its clients have gone: at most `limit` times `each`. */
interface KeptWorkers {
  readonly limit: number;
  readonly each: Holdings;
}

const nothing: KeptWorkers = { limit: 0, each: { processes: 0, threads: 0, files: 0, sockets: 0 } };

const exceptions: Partial<Record<ModelName, KeptWorkers>> = {
  // The files of its event loop.
  'thread-per-connection': { limit: IDLE_LIMIT, each: { processes: 0, threads: 1, files: 4, sockets: 0 } },
  // A Node process, and both ends of its control socket.
  'process-per-connection': { limit: IDLE_LIMIT, each: { processes: 1, threads: 11, files: 20, sockets: 2 } },
};

/** Returns the threads and processes that a model may keep for later clients. */
export function keptWorkers(model: ModelName): KeptWorkers {
  return exceptions[model] ?? nothing;
}
