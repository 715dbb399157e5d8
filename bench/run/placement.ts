import { ConfigurationError } from '../model/errors.ts';
import type { Reason } from '../model/trial.ts';

/** Which CPUs the server and the generator run on. */
export interface Placement {
  /** Empty leaves the choice to the kernel. */
  readonly serverCpus: readonly number[];
  readonly loadCpus: readonly number[];
  /** Generator threads. */
  readonly threads: number;
  readonly warnings: readonly Reason[];
}

export interface PlacementWishes {
  readonly serverCpus: readonly number[] | null;
  readonly loadCpus: readonly number[] | null;
  readonly threads: number | null;
}

/**
 * Wishes that let servers be given so many CPUs in turn: the first of those that are theirs. They have no more, and the
 * generator the rest, or with none left any, so that it has the same whatever the server is given.
 * @param most CPUs that a server is given.
 */
export function givingCpus(allowed: readonly number[], wishes: PlacementWishes, most: number): PlacementWishes {
  const serverCpus = wishes.serverCpus ?? without(allowed, wishes.loadCpus).slice(0, most);
  const loadCpus = wishes.loadCpus ?? allowed.filter((cpu) => !serverCpus.includes(cpu));
  return { serverCpus, loadCpus, threads: wishes.threads };
}

/** From this many CPUs on, server and generator get halves of their own. */
const SPLIT_FROM = 4;

/**
 * Places server and generator on CPUs: as wished; else apart, half of the CPUs each; else, with too few of them,
 * anywhere. One generator thread a CPU of its own, or one in all when CPUs are shared.
 * @param allowed the CPUs that this process may use.
 * @throws {ConfigurationError} when others are wished for.
 */
export function placeOnCpus(allowed: readonly number[], wishes: PlacementWishes): Placement {
  assertAllowed(allowed, wishes);
  const split = allowed.length >= SPLIT_FROM;
  const half = Math.ceil(allowed.length / 2);
  const serverCpus = wishes.serverCpus ?? (split ? without(allowed.slice(0, half), wishes.loadCpus) : []);
  const loadCpus = wishes.loadCpus ?? (split ? without(allowed.slice(half), wishes.serverCpus) : []);
  const apart = serverCpus.length > 0 && loadCpus.length > 0 && !serverCpus.some((cpu) => loadCpus.includes(cpu));
  return {
    serverCpus,
    loadCpus,
    threads: wishes.threads ?? Math.max(1, loadCpus.length),
    warnings: apart ? [] : [sharedWarning(allowed.length)],
  };
}

/** The kernel ignores those that are not there, as long as one is: then less would run than was wished. */
function assertAllowed(allowed: readonly number[], { serverCpus, loadCpus }: PlacementWishes): void {
  const faults = Object.entries({ 'server-cpus': serverCpus, 'load-cpus': loadCpus }).flatMap(([name, cpus]) => {
    const missing = cpus?.filter((cpu) => !allowed.includes(cpu)) ?? [];
    return missing.length === 0
      ? []
      : [`${name}: no CPU ${missing.join(',')} for this process: it may use ${allowed.join(',')}`];
  });
  if (faults.length > 0) throw new ConfigurationError(faults);
}

/** CPUs that were not given to the other side; all of them when nothing would be left. */
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
      '--load-cpus, they are kept apart',
  };
}
