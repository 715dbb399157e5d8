import { raiseOpenFileLimit } from '../../sockets/os/process.ts';
import { ConfigurationError } from '../model/errors.ts';

/** Open files that a run needs besides its connections. */
const SPARE_FILES = 64;

/**
 * Ensures that this process may open the given number of connections at once, and raises its limit if necessary.
 * @param sets number of sets of `connections` that are open at once.
 * @param raise raises the limit as far as allowed, at most to its argument, and returns the new limit.
 * @throws {ConfigurationError} when the limit is too low. The error describes how to raise it.
 */
export function allowOpenFiles(
  connections: number,
  sets = 1,
  raise: (files: number) => number = raiseOpenFileLimit,
): void {
  const needed = sets * connections + SPARE_FILES;
  const limit = raise(needed);
  if (limit >= needed) return;
  throw new ConfigurationError([
    `connections: ${connections}${sets === 1 ? '' : `, ${sets} times at once,`} need ${needed} open files, and this process may open ${limit}: ` +
      `run \`ulimit -Hn ${needed}; ulimit -n ${needed}\` as root in this shell, or set LimitNOFILE`,
  ]);
}
