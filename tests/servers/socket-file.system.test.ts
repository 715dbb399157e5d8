import { once } from 'node:events';
import { existsSync, lstatSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RunningServer } from '../../servers/contract.ts';
import { PathInUseError, startWithFile } from '../../servers/listening/socket-file.ts';
import { UnixPathError } from '../../sockets/address.ts';
import { close, openServer } from '../../sockets/socket.ts';
import { noLibc } from '../sockets/open.ts';
import { socketPath } from './socket-path.ts';

/** Opens a listener by `bind(2)`, whose file outlives it. @returns its descriptor. */
function bound(path: string): number {
  return openServer('tcp', { path });
}

/** Starts a server on a path by {@link startWithFile}. */
function start(path: string): Promise<RunningServer> {
  return startWithFile({ transport: 'unix', path }, async () => {
    const fd = bound(path);
    return { address: { path }, close: async () => void close(fd) };
  });
}

describe.skipIf(noLibc)('the file of a Unix-domain socket', () => {
  test('replaces a stale one, admits its user alone, and is removed by close', async () => {
    const path = socketPath();
    close(bound(path));
    const umask = process.umask();
    const server = await start(path);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(process.umask(), 'the umask afterwards').toBe(umask);
    await server.close();
    expect(existsSync(path)).toBe(false);
  });

  test('of a server that listens is not replaced', async () => {
    const path = socketPath();
    const fd = bound(path);
    onTestFinished(() => void close(fd));
    await expect(start(path)).rejects.toThrow(PathInUseError);
    await expect(start(path)).rejects.toThrow(
      `a server listens on ${path} (EADDRINUSE): stop it, or choose another path`,
    );
    expect(lstatSync(path).isSocket()).toBe(true);
  });

  test('is removed when the start fails after bind(2)', async () => {
    const path = socketPath();
    const failing = startWithFile({ transport: 'unix', path }, async () => {
      close(bound(path));
      throw new Error('no threads');
    });
    await expect(failing).rejects.toThrow('no threads');
    expect(existsSync(path)).toBe(false);
  });

  test('stays when another server listens on the path by the time of close', async () => {
    const path = socketPath();
    const server = await startWithFile({ transport: 'unix', path }, async () => ({
      ...{ address: { path }, close: async () => undefined },
    }));
    const other = createServer((socket) => void socket.on('error', () => undefined)).listen(path);
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    await server.close();
    expect(lstatSync(path).isSocket()).toBe(true);
  });
});

test.each([
  ['a file', (path: string) => writeFileSync(path, 'kept')],
  ['a link to nothing', (path: string) => symlinkSync('/nowhere', path)],
])('%s at the path of a server is refused, and stays', async (_, make) => {
  const path = socketPath();
  make(path);
  await expect(start(path)).rejects.toThrow('exists and is not a socket (EADDRINUSE)');
  expect(lstatSync(path).isSocket()).toBe(false);
});

test.each([undefined, '', `/${'a'.repeat(107)}`])('the path %j is refused before the start', async (path) => {
  const spec = { transport: 'unix', ...(path !== undefined && { path }) } as const;
  const never = () => Promise.reject(new Error('started'));
  await expect(startWithFile(spec, never)).rejects.toThrow(UnixPathError);
});
