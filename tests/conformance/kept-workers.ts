import type { ModelName } from '../../servers/catalog.ts';
import { IDLE_LIMIT } from '../../servers/idle-workers.ts';
import type { Holdings } from '../servers/process-tree.ts';

/** What a model keeps when its clients have gone, for those that come next: so many times what one of them holds. */
interface KeptWorkers {
  readonly limit: number;
  readonly each: Holdings;
}

const nothing: KeptWorkers = { limit: 0, each: { processes: 0, threads: 0, files: 0, sockets: 0 } };

const exceptions: Partial<Record<ModelName, KeptWorkers>> = {
  // Its event loop's files.
  'thread-per-connection': { limit: IDLE_LIMIT, each: { processes: 0, threads: 1, files: 4, sockets: 0 } },
  // A process of Node's, and both ends of its control socket.
  'process-per-connection': { limit: IDLE_LIMIT, each: { processes: 1, threads: 11, files: 20, sockets: 2 } },
};

/** What threads and processes a model may keep for its next clients. */
export function keptWorkers(model: ModelName): KeptWorkers {
  return exceptions[model] ?? nothing;
}
