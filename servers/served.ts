import type { AdoptingApp, App, DatagramApp, Operator, StreamApp } from './apps/app.ts';
import { type AppName, apps } from './apps/app-catalog.ts';
import { DEFAULT_TIME_LIMITS, type HttpTimeLimits } from './apps/http/time-limits.ts';
import { type RandomSpec, streamKeyOf } from './random/random-spec.ts';
import { streamOf } from './random/streams.ts';
import type { WorkSpec } from './work/spec.ts';

/** What a server serves, and what each request costs. Plain data. */
export interface Served extends RandomSpec {
  readonly app: AppName;
  /** Cost of requests; undefined: they cost no more than their replies. */
  readonly work?: WorkSpec | undefined;
  /** Time limits of clients, for apps that speak HTTP; undefined: the defaults. */
  readonly timeLimits?: HttpTimeLimits | undefined;
}

/** An app can't do what is asked of it. Check `whyNotCarried` of model-catalog.ts before a server is started. */
export class UnsupportedByAppError extends Error {
  override readonly name = 'UnsupportedByAppError';
}

/**
 * Loads an app, ready to run.
 * @param operator the person at the terminal, if the calling thread has it.
 * @throws {UnsupportedByAppError} when `work` is given for an app whose requests a library answers.
 */
export async function loadApp(served: Served, operator?: Operator): Promise<App> {
  const { app: name, work: spec, timeLimits = DEFAULT_TIME_LIMITS } = served;
  const { createApp } = await apps[name].load();
  const streamKey = streamKeyOf(served);
  const random = streamOf('app', streamKey);
  if (spec === undefined) return createApp({ random, timeLimits, operator });
  const [{ Work }, { WorkingApp }] = await Promise.all([import('./work/work.ts'), import('./work/working-app.ts')]);
  const cost = new Work(spec, streamOf('work', streamKey));
  const app: App = createApp({ random, timeLimits, operator, cost });
  if (app.adopt !== undefined) {
    throw new UnsupportedByAppError(
      `${name} can't be given work, because a library answers its requests: leave it out`,
    );
  }
  return app.appliesCost === true ? app : new WorkingApp(app, cost, spec.requestBytes);
}

/** Loads an app for streams. @throws {UnsupportedByAppError} when it does not serve them, or as {@link loadApp}. */
export async function loadStreamApp(served: Served): Promise<StreamApp> {
  return streamApp(await loadApp(served), served);
}

/**
 * Loads an app for streams, for a model with the capability `node-streams`.
 * @throws {UnsupportedByAppError} when it does not serve streams, or as {@link loadApp}.
 */
export async function loadStreamOrAdoptingApp(served: Served, operator?: Operator): Promise<StreamApp | AdoptingApp> {
  const app = await loadApp(served, operator);
  return has(app, 'adopt') ? app : streamApp(app, served);
}

/** Loads an app for datagrams. @throws {UnsupportedByAppError} when it takes none, or as {@link loadApp}. */
export async function loadDatagramApp(served: Served): Promise<DatagramApp> {
  const app = await loadApp(served);
  if (has(app, 'datagram')) return app;
  throw new UnsupportedByAppError(`${served.app} takes no datagrams: serve it over ${apps[served.app].transports[0]}`);
}

function streamApp(app: App, { app: name }: Served): StreamApp {
  if (has(app, 'stream')) return app;
  const remedy = app.adopt === undefined ? 'serve it over udp' : "serve it by a model with Node's own streams";
  throw new UnsupportedByAppError(`${name} serves no sessions over streams: ${remedy}`);
}

function has<K extends keyof App>(app: App, method: K): app is App & Required<Pick<App, K>> {
  return app[method] !== undefined;
}
