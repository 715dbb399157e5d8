import { type AppName, apps } from './apps/app-catalog.ts';
import { type CarriedApp, type CarryingModel, capabilities } from './apps/capability.ts';
import type { ServerModel } from './contract.ts';
import { startWithFile } from './listening/socket-file.ts';
import { basicTransport, type TransportName, transportNames, whyAbsent } from './transport.ts';

interface ModelEntry extends CarryingModel {
  readonly title: string;
  /** How the model waits and how it scales, in one line. */
  readonly summary: string;
  /**
   * What the model calls in the system directly, and not through Node. It then needs Linux, and for io_uring
   * permission: see model-availability.ts.
   */
  readonly needs: 'libc' | 'io_uring' | null;
  /** Whether it divides connections over servers by a selectable policy. */
  readonly balances?: boolean;
  /** Imports the model on demand, so that listing models costs nothing. */
  readonly load: () => Promise<{ readonly model: ServerModel }>;
}

const both = ['tcp', 'udp'] as const;
const local = [...both, 'unix'] as const;
const nodes = [...both, 'tls', 'unix'] as const;

/** All concurrency models, by name. To add one, write `models/NAME.ts` and an entry here. */
export const models = {
  iterative: {
    title: 'Iterative',
    summary: 'one connection at a time, served to its end; the others wait in the backlog',
    transports: local,
    needs: 'libc',
    load: () => import('./models/iterative.ts'),
  },
  'thread-per-connection': {
    title: 'Thread per connection',
    summary: 'a thread blocks for each client; scales until memory and context switches run out',
    transports: local,
    needs: 'libc',
    can: ['room'],
    load: () => import('./models/thread-per-connection.ts'),
  },
  'process-per-connection': {
    title: 'Process per connection',
    summary: 'a process blocks for each client; complete isolation, at the cost of starting a process for each',
    transports: local,
    needs: 'libc',
    can: ['room'],
    load: () => import('./models/process-per-connection.ts'),
  },
  prethreaded: {
    title: 'Prethreaded',
    summary: 'a fixed pool of 32 threads, all blocked in accept; each serves a client to its end, the others wait',
    transports: local,
    needs: 'libc',
    can: ['room'],
    load: () => import('./models/prethreaded.ts'),
  },
  'worker-pool': {
    title: 'Worker pool',
    summary: 'an event loop moves the bytes, a thread per CPU does the work; scales with CPUs when the work is heavy',
    transports: nodes,
    needs: null,
    can: ['room'],
    load: () => import('./models/worker-pool.ts'),
  },
  cluster: {
    title: 'Cluster',
    summary: "an event loop in a process for each CPU, sharing the port through Node's cluster; scales with CPUs",
    transports: nodes,
    needs: null,
    can: ['node-streams', 'unprompted-replies', 'room'],
    load: () => import('./models/cluster.ts'),
  },
  'cluster-reuseport': {
    title: 'Cluster with SO_REUSEPORT',
    summary:
      'the same processes, each with its own socket on the port; the kernel chooses by hash, none accepts for all',
    transports: [...both, 'tls'],
    needs: 'libc',
    can: ['node-streams', 'unprompted-replies', 'room'],
    load: () => import('./models/cluster-reuseport.ts'),
  },
  balanced: {
    title: 'Balanced',
    summary:
      'a load balancer in front of an event-driven server for each CPU; scales with CPUs, every byte moves twice',
    transports: ['tcp', 'unix'],
    without: {
      udp: 'datagrams belong to no connection that could be assigned to one server',
      tls: 'the balancer forwards bytes; TLS would be between the servers behind it and the clients',
    },
    needs: null,
    can: ['node-streams', 'unprompted-replies', 'room'],
    balances: true,
    load: () => import('./models/balanced.ts'),
  },
  nonblocking: {
    title: 'Non-blocking',
    summary: 'one thread asks poll(2) which sockets are ready; no cost while busy, but every wait checks all of them',
    transports: local,
    needs: 'libc',
    can: ['room'],
    load: () => import('./models/nonblocking.ts'),
  },
  epoll: {
    title: 'epoll',
    summary: 'one thread asks epoll(7), which reports only the sockets that are ready; idle connections cost nothing',
    transports: local,
    needs: 'libc',
    can: ['room'],
    load: () => import('./models/epoll.ts'),
  },
  'multi-reactor': {
    title: 'Multi-reactor',
    summary: 'a thread for each CPU, each with its own listener (SO_REUSEPORT) and epoll loop; scales with CPUs',
    transports: both,
    needs: 'libc',
    can: ['room'],
    load: () => import('./models/multi-reactor.ts'),
  },
  'io-uring': {
    title: 'io_uring',
    summary: 'one thread submits operations to the kernel and collects results, in one system call for all connections',
    transports: local,
    needs: 'io_uring',
    can: ['room'],
    load: () => import('./models/io-uring.ts'),
  },
  'event-driven': {
    title: 'Event-driven',
    summary: "callbacks on Node's event loop (epoll, kqueue); one thread for any number of connections",
    transports: nodes,
    needs: null,
    can: ['node-streams', 'unprompted-replies', 'room', 'terminal'],
    load: () => import('./models/event-driven.ts'),
  },
  async: {
    title: 'Async',
    summary: 'an async function for each connection awaits its reads and writes, on the same event loop',
    transports: nodes,
    needs: null,
    can: ['node-streams', 'unprompted-replies', 'room', 'terminal'],
    load: () => import('./models/async.ts'),
  },
} as const satisfies Record<string, ModelEntry>;

export type ModelName = keyof typeof models;

export const modelNames = Object.keys(models) as ModelName[];

/** Reports whether a model divides connections over servers by a selectable policy. */
export function doesBalance(name: ModelName): boolean {
  const { balances = false }: ModelEntry = models[name];
  return balances;
}

/** Reports whether an app works over a transport, in any model. */
export function worksOver(app: AppName, transport: TransportName): boolean {
  const { transports }: CarriedApp = apps[app];
  return transports.includes(basicTransport(transport));
}

/** Returns why a model does not carry an app over a transport, as a clause, or undefined when it does. */
export function whyNotCarried(model: ModelName, app: AppName, transport: TransportName): string | undefined {
  const { transports, without, can } = models[model] as CarryingModel;
  const { needs } = apps[app] as CarriedApp;
  if (!worksOver(app, transport)) return `${app} is not available over ${transport}`;
  if (!transports.includes(transport)) {
    return without?.[transport] ?? whyAbsent(transport) ?? `${model} does not serve over ${transport}`;
  }
  const missing = needs?.find((capability) => !can?.includes(capability));
  return missing && `${app} needs ${capabilities[missing]}`;
}

/** Returns the transports over which a model carries an app: those that both support. */
export function transportsCarrying(model: ModelName, app: AppName): TransportName[] {
  return transportNames.filter((transport) => whyNotCarried(model, app, transport) === undefined);
}

/** Loads the model of that name, ready to start on an address of any kind. */
export async function loadModel(name: ModelName): Promise<ServerModel> {
  const { model } = await models[name].load();
  return { start: (spec, ...others) => startWithFile(spec, () => model.start(spec, ...others)) };
}
