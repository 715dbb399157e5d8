import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ServerSpec } from '../../servers/contract.ts';
import type { TransportName } from '../../servers/transport.ts';

/** Returns a path for a Unix-domain socket, in a new directory. {@link removeSocketPath} removes it. */
export function makeSocketPath(): string {
  return join(mkdtempSync(join(tmpdir(), 'sockbench-test-')), 'socket');
}

/** Removes the directory of a path that {@link makeSocketPath} made. */
export function removeSocketPath(path: string): void {
  rmSync(dirname(path), { recursive: true, force: true });
}

/** Returns a path for a Unix-domain socket, in a directory that is removed when the test has finished. */
export function socketPath(): string {
  const path = makeSocketPath();
  onTestFinished(() => removeSocketPath(path));
  return path;
}

/** Returns where a server listens until the test has finished: on any port, or on a path of its own. */
export function placeFor(transport: TransportName): Pick<ServerSpec, 'host' | 'port' | 'path'> {
  return { host: '127.0.0.1', port: 0, ...(transport === 'unix' && { path: socketPath() }) };
}
