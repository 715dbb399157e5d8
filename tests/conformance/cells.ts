import { type AppName, appNames } from '../../servers/apps/app-catalog.ts';
import type { CarryingModel } from '../../servers/apps/capability.ts';
import { type ModelName, modelNames, models, transportsCarrying } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { Subject } from './subject.ts';

/** Apps with which every model is tested: a byte stream, clients that reach each other, and requests with replies. */
const EVERYWHERE: readonly AppName[] = ['echo', 'chat', 'http'];

/**
 * One model of each kind of I/O, by what carries bytes between sockets and apps: blocking calls, readiness,
 * completions, or Node's streams. Models of one kind share that code, and differ in how they divide connections.
 */
export const KINDS = {
  blocking: 'thread-per-connection',
  readiness: 'epoll',
  completion: 'io-uring',
  node: 'event-driven',
} as const satisfies Record<string, ModelName>;

/** Models that serve a client with the code of another. They differ in how they start, stop, and divide clients. */
export const LOOPS: Partial<Record<ModelName, ModelName>> = {
  iterative: 'thread-per-connection',
  'process-per-connection': 'thread-per-connection',
  prethreaded: 'thread-per-connection',
  'multi-reactor': 'epoll',
  cluster: 'event-driven',
  'cluster-reuseport': 'event-driven',
  balanced: 'event-driven',
};

/** Models that serve clients in processes of their own. */
const IN_PROCESSES: readonly ModelName[] = ['process-per-connection', 'cluster', 'cluster-reuseport', 'balanced'];

/** Reports whether a model serves clients in child processes. */
export function servesInProcesses(model: ModelName): boolean {
  return IN_PROCESSES.includes(model);
}

/** Reports whether a model holds sockets of Node's, and answers HTTP with node:http. The others have our own parser. */
export function answersWithNodeHttp(model: ModelName): boolean {
  const { transports, can }: CarryingModel = models[model];
  return transports.includes('tls') || can?.includes('node-streams') === true;
}

/** `usual` is what `npm test` runs. `full`, for `npm run test:all`, is each model with each app that it can carry. */
export type Scope = 'usual' | 'full';

/** Returns the scope that the environment selects. @throws {RangeError} when it selects an unknown one. */
export function scopeOf(environment: NodeJS.ProcessEnv = process.env): Scope {
  const scope = environment.SOCKBENCH_CONFORMANCE ?? 'usual';
  if (scope === 'usual' || scope === 'full') return scope;
  throw new RangeError(`SOCKBENCH_CONFORMANCE=${scope}: usual or full`);
}

/** Returns the combinations of model, app and transport to test. */
export function cells(scope: Scope): Subject[] {
  return modelNames.flatMap((model) =>
    appNames
      .filter((app) => scope === 'full' || EVERYWHERE.includes(app) || isOfKinds(model))
      .flatMap((app) => testedTransports(model, app).map((transport) => ({ model, app, transport }))),
  );
}

/**
 * Returns the transports over which an app is tested on a model. Models serve all streams with the same code: over
 * Unix-domain sockets, echo stands for all apps.
 */
export function testedTransports(model: ModelName, app: AppName): TransportName[] {
  return transportsCarrying(model, app).filter((transport) => transport !== 'unix' || app === 'echo');
}

/** Returns the models that are tested with requests that have a cost. */
export function workingModels(scope: Scope): ModelName[] {
  return modelNames.filter((model) => scope === 'full' || LOOPS[model] === undefined);
}

function isOfKinds(model: ModelName): boolean {
  return Object.values<ModelName>(KINDS).includes(model);
}
