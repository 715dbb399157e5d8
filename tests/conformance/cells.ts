import { type AppName, appNames } from '../../servers/apps/catalog.ts';
import { transportsCarrying } from '../../servers/carrying.ts';
import { type ModelName, modelNames } from '../../servers/catalog.ts';
import type { Subject } from './subject.ts';

/** Apps that every model is tested with: a stream of bytes, clients that hear each other, and requests with replies. */
const EVERYWHERE: readonly AppName[] = ['echo', 'chat', 'http'];

/**
 * A model of each kind of I/O, by what carries bytes between sockets and apps: blocking calls, readiness, completions,
 * and Node's streams. Models of a kind share that code, and differ in how they divide connections.
 */
export const KINDS = {
  blocking: 'thread-per-connection',
  readiness: 'epoll',
  completion: 'io-uring',
  node: 'event-driven',
} as const satisfies Record<string, ModelName>;

/** Models that serve a client with the same code as another: they differ in how they start, stop, and divide clients. */
export const LOOPS: Partial<Record<ModelName, ModelName>> = {
  iterative: 'thread-per-connection',
  'process-per-connection': 'thread-per-connection',
  prethreaded: 'thread-per-connection',
  'multi-reactor': 'epoll',
  cluster: 'event-driven',
  'cluster-reuseport': 'event-driven',
  balanced: 'event-driven',
};

/** `usual` is what `npm test` runs, `full` what `npm run test:all` does: each model with each app that it can carry. */
export type Scope = 'usual' | 'full';

/** The scope that the environment asks for. @throws when it asks for another. */
export function scopeOf(environment: NodeJS.ProcessEnv = process.env): Scope {
  const scope = environment.SOCKBENCH_CONFORMANCE ?? 'usual';
  if (scope === 'usual' || scope === 'full') return scope;
  throw new RangeError(`SOCKBENCH_CONFORMANCE=${scope}: usual or full`);
}

/** What is tested: model, app and transport. */
export function cells(scope: Scope): Subject[] {
  return modelNames.flatMap((model) =>
    appNames
      .filter((app) => scope === 'full' || EVERYWHERE.includes(app) || isOfKinds(model))
      .flatMap((app) => transportsCarrying(model, app).map((transport) => ({ model, app, transport }))),
  );
}

/** Models that are tested with requests that cost something. */
export function workingModels(scope: Scope): ModelName[] {
  return modelNames.filter((model) => scope === 'full' || LOOPS[model] === undefined);
}

function isOfKinds(model: ModelName): boolean {
  return Object.values<ModelName>(KINDS).includes(model);
}
