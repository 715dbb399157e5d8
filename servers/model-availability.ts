/** Apart from the catalog: a server that starts needs no other kind of I/O than its own. */
import { whyNoLibc } from '../sockets/libc.ts';
import { whyNoUring } from '../sockets/uring/availability.ts';
import { type ModelName, models } from './model-catalog.ts';

/** For each need, returns why it is not available on this machine, or `undefined` when it is. */
const whyNot = { libc: whyNoLibc, io_uring: whyNoUring } as const;

/** Returns why a model can't run on this machine, or `undefined` when it can. */
export function whyUnavailable(name: ModelName): string | undefined {
  const { needs } = models[name];
  return needs === null ? undefined : whyNot[needs]();
}
