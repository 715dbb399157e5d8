import { raiseOpenFileLimit } from '../../sockets/process.ts';
import { ConfigurationError } from '../model/errors.ts';

/** Files that a run needs besides its connections. */
const SPARE_FILES = 64;

/**
 * Makes sure that so many connections may be open at once, by raising this process's limit where that is allowed.
 * @param raise raises the limit as far as it can be, up to its argument, and tells what it is then.
 * @throws {ConfigurationError} when it is not enough, saying how to allow it.
 */
export function allowOpenFiles(connections: number, raise: (files: number) => number = raiseOpenFileLimit): void {
  const needed = connections + SPARE_FILES;
  const limit = raise(needed);
  if (limit >= needed) return;
  throw new ConfigurationError([
    `connections: ${connections} need ${needed} open files, and this process may open ${limit}: ` +
      `run \`ulimit -Hn ${needed}; ulimit -n ${needed}\` as root in this shell, or set LimitNOFILE`,
  ]);
}
