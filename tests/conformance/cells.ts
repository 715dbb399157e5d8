import { type AppName, appNames } from '../../servers/apps/app-catalog.ts';
import type { CarryingModel } from '../../servers/apps/capability.ts';
import { type ModelName, modelNames, models, transportsCarrying } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { Subject } from './subject.ts';

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
    appNames.flatMap((app) =>
      testedTransports(model, app)
        .map((transport) => ({ model, app, transport }))
        .filter((subject) => scope === 'full' || isUsual(subject)),
    ),
  );
}

/**
 * Reports whether the usual suite has a combination. A model of each kind of I/O has all. The other models have a byte
 * stream, clients that reach each other, and requests with replies, over TCP and UDP. Over TLS and Unix-domain sockets
 * they serve with the code of {@link LOOPS}, which has a byte stream there.
 */
function isUsual({ model, app, transport }: Subject): boolean {
  if (isOfKinds(model)) return true;
  if (transport === 'tls' || transport === 'unix') return app === 'echo' && LOOPS[model] === undefined;
  return app === 'echo' || app === 'chat' || app === 'http';
}

/**
 * Returns the transports over which an app is tested on a model. Models serve all streams with the same code: over
 * Unix-domain sockets, echo stands for all apps.
 */
export function testedTransports(model: ModelName, app: AppName): TransportName[] {
  return transportsCarrying(model, app).filter((transport) => transport !== 'unix' || app === 'echo');
}

/**
 * Reports whether the start of a model, and its end with its parent, is tested over a transport. Both depend on how a
 * model starts threads and processes for connections or for datagrams, and not on what carries the connections.
 */
export function testsStarts(scope: Scope, model: ModelName, transport: TransportName): boolean {
  return scope === 'full' || isOfKinds(model) || transport === 'tcp' || transport === 'udp';
}

/** Reports whether a model is tested with requests that have a cost, over a transport. */
export function testsWork(scope: Scope, model: ModelName, transport: TransportName): boolean {
  if (transport === 'unix') return false;
  return scope === 'full' || isOfKinds(model) || (LOOPS[model] === undefined && transport !== 'tls');
}

/** Reports whether a model is the one of its kind that is tested with everything: {@link KINDS}. */
export function isOfKinds(model: ModelName): boolean {
  return Object.values<ModelName>(KINDS).includes(model);
}
