import type { ModelName } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';

interface Clients {
  readonly count: number;
  /** Whether the model serves them at the same time. Otherwise each must finish before the next is served. */
  readonly together: boolean;
}

/** Threads of the fixed pool of a server, in place of the usual 32, whose start takes most of the time. */
export const POOL_THREADS = 8;

const usual: Clients = { count: 100, together: true };

const exceptions: Partial<Record<ModelName, Clients>> = {
  iterative: { count: 100, together: false },
  // One for each of its threads.
  prethreaded: { count: POOL_THREADS, together: true },
  // Each costs a thread: 30 ms of CPU and more.
  'thread-per-connection': { count: 8, together: true },
  // Each costs a process: 0.1 s of CPU.
  'process-per-connection': { count: 8, together: true },
};

/** Over TLS, where each costs a handshake at both ends. */
const MOST_OVER_TLS = 30;

/** Returns the number of concurrent clients with which a model is tested. */
export function clientsAtOnce(model: ModelName, transport?: TransportName): Clients {
  const clients = exceptions[model] ?? usual;
  return transport === 'tls' ? { ...clients, count: Math.min(clients.count, MOST_OVER_TLS) } : clients;
}
