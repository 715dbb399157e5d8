import { ConfigurationError } from '../model/errors.ts';
import type { Reason } from '../model/trial.ts';
import type { LoadSource } from './load-source.ts';
import type { ServerHost } from './server-host.ts';

/** CPUs on which the server and the generator run. */
export interface Placement {
  /** Empty: the kernel chooses. */
  readonly serverCpus: readonly number[];
  readonly loadCpus: readonly number[];
  /** Number of generator threads. */
  readonly threads: number;
  readonly warnings: readonly Reason[];
  /** Present when the load is made elsewhere; `loadCpus` has no effect then. */
  readonly source?: LoadSource;
  /** Present when the servers run elsewhere; `serverCpus` is empty then. */
  readonly host?: ServerHost;
}

export interface RequestedPlacement {
  readonly serverCpus: readonly number[] | null;
  readonly loadCpus: readonly number[] | null;
  readonly threads: number | null;
}

/**
 * Returns the placement to request when the number of server CPUs varies. A trial gives its server the first N of the
 * server CPUs. The generator has all other CPUs in every trial, or any CPU when no other is left.
 * @param most largest number of CPUs that a server is given.
 */
export function givingCpus(
  allowed: readonly number[],
  requested: RequestedPlacement,
  most: number,
): RequestedPlacement {
  const serverCpus = requested.serverCpus ?? without(allowed, requested.loadCpus).slice(0, most);
  const loadCpus = requested.loadCpus ?? allowed.filter((cpu) => !serverCpus.includes(cpu));
  return { serverCpus, loadCpus, threads: requested.threads };
}

/** From this number of CPUs on, server and generator each have a half for themselves. */
const SPLIT_FROM = 4;

/**
 * Places server and generator on CPUs: as requested; otherwise half of the CPUs each; with fewer than four CPUs, on
 * any. By default there is one generator thread for each of the generator's CPUs, or one in all when it runs on any.
 * @param allowed the CPUs that this process may use.
 * @throws {ConfigurationError} when other CPUs are requested.
 */
export function placeOnCpus(allowed: readonly number[], requested: RequestedPlacement): Placement {
  assertAllowed(allowed, requested);
  const split = allowed.length >= SPLIT_FROM;
  const half = Math.ceil(allowed.length / 2);
  const serverCpus = requested.serverCpus ?? (split ? without(allowed.slice(0, half), requested.loadCpus) : []);
  const loadCpus = requested.loadCpus ?? (split ? without(allowed.slice(half), requested.serverCpus) : []);
  const apart = serverCpus.length > 0 && loadCpus.length > 0 && !serverCpus.some((cpu) => loadCpus.includes(cpu));
  return {
    serverCpus,
    loadCpus,
    threads: requested.threads ?? Math.max(1, loadCpus.length),
    warnings: apart ? [] : [sharedWarning(allowed.length)],
  };
}

/** Returns a placement with the load elsewhere, so that server and load share no CPU. */
export function withSource(placement: Placement, source: LoadSource | undefined): Placement {
  return source === undefined ? placement : { ...placement, source, warnings: [] };
}

/** Returns a placement with the servers elsewhere: the load may have all CPUs that were not chosen otherwise. */
export function withHost(
  placement: Placement,
  host: ServerHost,
  allowed: readonly number[],
  requested: RequestedPlacement,
): Placement {
  const loadCpus = requested.loadCpus ?? [];
  const threads = requested.threads ?? (loadCpus.length || allowed.length);
  return { ...placement, host, serverCpus: [], loadCpus, threads, warnings: [] };
}

/**
 * Rejects CPUs that are not available. The kernel ignores those as long as one is available, so fewer CPUs than
 * requested would be used.
 */
function assertAllowed(allowed: readonly number[], { serverCpus, loadCpus }: RequestedPlacement): void {
  const faults = Object.entries({ 'server-cpus': serverCpus, 'load-cpus': loadCpus }).flatMap(([name, cpus]) => {
    const missing = cpus?.filter((cpu) => !allowed.includes(cpu)) ?? [];
    return missing.length === 0
      ? []
      : [`${name}: this process may not use CPU ${missing.join(',')}: it may use ${allowed.join(',')}`];
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/** Returns the CPUs that were not given to the other side; all of them when none would be left. */
function without(cpus: readonly number[], taken: readonly number[] | null): readonly number[] {
  const left = cpus.filter((cpu) => !taken?.includes(cpu));
  return left.length > 0 ? left : cpus;
}

function sharedWarning(cpus: number): Reason {
  return {
    code: 'cpus-shared',
    message:
      `server and generator shared ${cpus === 1 ? 'one CPU' : `${cpus} CPUs`}, so each slowed the other: ` +
      'compare the models with each other, not with other machines; with 4 or more CPUs, or --server-cpus and ' +
      '--load-cpus, each has its own',
  };
}
