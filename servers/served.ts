import type { App } from './apps/app.ts';
import { type AppName, apps } from './apps/catalog.ts';
import type { HttpTimeLimits } from './apps/http/time-limits.ts';
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

/** Loads an app, ready to run. @throws {TypeError} when `work` is given for an app whose requests a library answers. */
export async function loadApp(served: Served): Promise<App> {
  const { app: name, work, timeLimits } = served;
  const { app: usual } = await apps[name].load();
  const app = timeLimits === undefined ? usual : (usual.within?.(timeLimits) ?? usual);
  const streamKey = streamKeyOf(served);
  app.draw?.(streamOf('chargen', streamKey));
  if (work === undefined) return app;
  if (app.adopt !== undefined) throw new TypeError(`${name} can't be given work: a library answers its requests`);
  const { WorkingApp } = await import('./work/working-app.ts');
  return new WorkingApp(app, work, streamOf('work', streamKey));
}
