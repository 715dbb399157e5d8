import cluster from 'node:cluster';
import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { checkUnixPath } from '../../sockets/address.ts';
import type { RunningServer, ServerSpec } from '../contract.ts';

/**
 * The rules for the file of a Unix-domain socket, unix(7), for every model. The kernel creates the file in bind(2) and
 * never removes it, so a server that was killed leaves a stale one.
 */

/** Removes all permissions of others, umask(2). To connect, a process must be able to write to the file. */
const OWNER_ONLY = 0o177;

/** The path of a Unix-domain socket is taken. */
export class PathInUseError extends Error {
  override readonly name = 'PathInUseError';
  readonly code = 'EADDRINUSE';
}

/**
 * Starts a server. Over a Unix-domain socket, a stale file at its path is replaced, only this user can connect, and the
 * file is removed when the server is closed or does not start.
 * @param start starts the model.
 * @throws {UnixPathError} for a path that no socket can have.
 * @throws {PathInUseError} when a server listens there, or the file is not a socket.
 */
export async function startWithFile(
  { transport, path = '' }: Pick<ServerSpec, 'transport' | 'path'>,
  start: () => Promise<RunningServer>,
): Promise<RunningServer> {
  // In Node's cluster, the primary binds for its workers, and cares for the file.
  if (transport !== 'unix' || cluster.isWorker) return start();
  checkUnixPath(path);
  await removeStale(path);
  const before = process.umask(OWNER_ONLY);
  try {
    const server = await start();
    return {
      ...server,
      async close() {
        await server.close();
        await release(path);
      },
    };
  } catch (error) {
    await release(path);
    throw error;
  } finally {
    process.umask(before);
  }
}

/** Removes the file of a server that has ended, unless another one listens there by now. Never rejects. */
async function release(path: string): Promise<void> {
  await removeStale(path).catch(() => undefined);
}

/** Removes a socket on which no process listens. @throws {PathInUseError} when it can't be replaced. */
async function removeStale(path: string): Promise<void> {
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file === undefined) return;
  if (!file.isSocket()) {
    throw new PathInUseError(`${path} exists and is not a socket (EADDRINUSE): choose another path`);
  }
  if (await isListening(path)) {
    throw new PathInUseError(`a server listens on ${path} (EADDRINUSE): stop it, or choose another path`);
  }
  rmSync(path, { force: true });
}

/**
 * Reports whether a process listens on a socket, by connecting to it: only ECONNREFUSED shows that none does.
 * When the accept queue is full (EAGAIN) or this user may not connect (EACCES), one may.
 */
function isListening(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED' && code !== 'ENOENT'));
  });
}
