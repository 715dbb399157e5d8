import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import { whyMissing } from '../requirements.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { socketPath } from '../servers/socket-path.ts';
import { connectWith } from './conversation.ts';
import { commandLine } from './in-process.ts';
import { Program, sockbench } from './program.ts';

const run = promisify(execFile);

/** Starts `serve` on a path. Resolves when it listens. */
async function serving(path: string, ...flags: readonly string[]): Promise<Program> {
  const program = new Program(['serve', '--listen', `unix://${path}`, ...flags]);
  await program.waitForOutput(new RegExp(` over unix on ${path}\n`));
  return program;
}

/** Starts a server process on a path. */
async function serverOn(path: string, model: ModelName, app: AppName = 'echo'): Promise<void> {
  const server = await ServerProcess.start({ model, app, transport: 'unix', path });
  onTestFinished(() => server.kill());
}

describe('serve --listen unix:///PATH', () => {
  test.each(['event-driven', 'prethreaded'])('%s answers connect, and ends with its file', async (model) => {
    const path = socketPath();
    const program = await serving(path, '--model', model);
    await program.waitForOutput(new RegExp(`talk to it: sockbench connect unix://${path} `));
    const { code, stdout, stderr } = await connectWith('hi\nyou', `unix://${path}`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'hi\nyou' });
    expect(stderr).toBe(`connected to unix://${path}\nclosed by unix://${path}\n`);
    program.process.kill('SIGTERM');
    expect(await program.end()).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(path)).toBe(false);
  });

  test('a path that another server listens on is refused with 4 and the reason', async () => {
    const path = socketPath();
    await serverOn(path, 'event-driven');
    for (const model of ['event-driven', 'iterative']) {
      const { code, stdout, stderr } = await sockbench('serve', '--model', model, '--listen', `unix://${path}`);
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toContain(`can't serve on ${path}: a server listens on ${path} (EADDRINUSE)`);
      expect(stderr).not.toContain('    at ');
    }
    expect(await connectWith('hi', `unix://${path}`)).toMatchObject({ code: 0, stdout: 'hi' });
  });
});

describe('with a server on a path', () => {
  test.skipIf(whyMissing('curl'))('curl reads a page of an own parser and of node:http', async () => {
    for (const model of ['epoll', 'cluster'] as const) {
      const path = socketPath();
      await serverOn(path, model, 'http');
      const { stdout } = await run('curl', ['--silent', '--show-error', '--unix-socket', path, 'http://localhost/any']);
      expect(stdout, model).toBe('Hello, World!');
    }
  });

  test.skipIf(whyMissing('nc'))('nc is echoed', async () => {
    const path = socketPath();
    await serverOn(path, 'nonblocking');
    const nc = run('nc', ['-N', '-U', path]);
    nc.child.stdin?.end('a line\n');
    expect((await nc).stdout).toBe('a line\n');
  });

  test.skipIf(whyMissing('python'))('a client in Python is echoed', async () => {
    const path = socketPath();
    await serverOn(path, 'thread-per-connection');
    const client = [
      'import socket, sys',
      's = socket.socket(socket.AF_UNIX)',
      's.connect(sys.argv[1])',
      "s.sendall(b'hello')",
      's.shutdown(socket.SHUT_WR)',
      "print(b''.join(iter(lambda: s.recv(9), b'')).decode())",
    ].join('\n');
    expect((await run('python3', ['-c', client, path])).stdout).toBe('hello\n');
  });
});

test.each([
  [['--listen', '/tmp/a.sock'], "--listen: '/tmp/a.sock' is no address to listen on, such as unix:///tmp/a.sock"],
  [['--listen', `unix:///${'a'.repeat(107)}`], '--listen: '],
  [['--listen', 'unix:///tmp/a.sock', '--port', '7000'], '--port: --listen names it already'],
  [['--transport', 'unix'], '--transport unix: the path is missing: use --listen unix:///PATH'],
])('serve %j is refused', async (flags, why) => {
  const { code, stderr } = await commandLine('serve', '--model', 'epoll', ...flags);
  expect(code).toBe(2);
  expect(stderr).toContain(why);
});

test('serve refuses a model that has no Unix-domain sockets', async () => {
  const { code, stderr } = await commandLine('serve', '--model', 'multi-reactor', '--listen', 'unix:///tmp/a.sock');
  expect(code).toBe(2);
  expect(stderr).toContain('multi-reactor does not serve echo over unix: only sockets of IP can share an address');
});

test('connect to a path without a server ends with 4 and the reason', async () => {
  const { code, stderr } = await sockbench('connect', `unix://${socketPath()}`);
  expect(code).toBe(4);
  expect(stderr).toContain('ENOENT');
});
