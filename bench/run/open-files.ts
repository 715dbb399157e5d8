import { raiseOpenFileLimit } from '../../sockets/process.ts';
import { ConfigurationError } from '../model/errors.ts';

/** Files that a run needs besides its connections. */
const SPARE_FILES = 64;

/**
 * Makes sure that so many connections may be open at once, by raising this process's limit where that is allowed.
 * @param sets how often over so many are open.
 * @param raise raises the limit as far as it can be, up to its argument, and tells what it is then.
 * @throws {ConfigurationError} when it is not enough, saying how to allow it.
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
