import type { ModelName } from '../../servers/catalog.ts';
import { POOL_SIZE } from '../../servers/models/prethreaded.ts';

interface Clients {
  readonly count: number;
  /** Does the model serve them at the same time? Otherwise each must finish before the next has its turn. */
  readonly together: boolean;
}

const usual: Clients = { count: 100, together: true };

const exceptions: Partial<Record<ModelName, Clients>> = {
  iterative: { count: 100, together: false },
  // As many as it has threads.
  prethreaded: { count: POOL_SIZE, together: true },
  // Each costs a thread: 30 ms of CPU.
  'thread-per-connection': { count: 40, together: true },
  // Each costs a process: 0.1 s of CPU.
  'process-per-connection': { count: 20, together: true },
};

/** How many clients a model is tried with at once. */
export function clientsAtOnce(model: ModelName): Clients {
  return exceptions[model] ?? usual;
}
