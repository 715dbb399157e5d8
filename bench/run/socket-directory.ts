import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningTarget } from './running-target.ts';

/**
 * Starts a server on a Unix-domain socket in a temporary directory of its own, which only this user can enter. The
 * directory is removed when the server has stopped, and when it does not start.
 * @param start starts the server on that path.
 */
export async function inSocketDirectory(start: (path: string) => Promise<RunningTarget>): Promise<RunningTarget> {
  const directory = await mkdtemp(join(tmpdir(), 'sockbench-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    const target = await start(join(directory, 'socket'));
    return {
      ...target,
      async stop() {
        await target.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
