import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseUnixListening } from '../../bench/measure/listening-sockets.ts';
import { Program, scratchDirectory } from '../cli/program.ts';
import { whyMissing } from '../requirements.ts';
import { socketPath } from '../servers/socket-path.ts';
import { counted, measureTargets, onlyTrial, resultOf } from './measured.ts';
import { readSlowly, sendSlowly } from './slow-streams.ts';

/** Listens on a path until the test has finished. @returns the path. */
async function serving(server: Server): Promise<string> {
  const path = socketPath();
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
  });
  return path;
}

/** An echo server in Python: one thread for each connection, and a backlog of 5. */
const PYTHON = `python3 -c '
import socketserver, sys
class Echo(socketserver.StreamRequestHandler):
  def handle(self):
    while data := self.request.recv(65536): self.request.sendall(data)
socketserver.ThreadingUnixStreamServer(sys.argv[1], Echo).serve_forever()
' {path}`;

describe('over a Unix-domain socket', () => {
  test('a running server is measured, and every reply is compared', async () => {
    const path = await serving(createServer((socket) => socket.on('error', () => undefined).pipe(socket)));
    const { result } = await measureTargets('--target', `unix://${path}`, '-c', '8', ...counted(400));
    const trial = onlyTrial({ code: 0, result });
    expect(trial).toMatchObject({
      ...{ target: `unix://${path}`, transport: 'unix', timestamps: 'user', server: null },
      opening: { opened: 8, answered: 8 },
      requests: { completed: 400, errors: 0, corrupted: 0, timedOut: 0, unsolicited: 0 },
    });
    expect(trial.latencyMicros.service).toBeUndefined();
    expect(trial.notes).toEqual([
      {
        code: 'no-kernel-timestamps',
        message: expect.stringContaining('records no arrival times on Unix-domain sockets'),
      },
    ]);
  });

  test('replies with wrong bytes are corrupted', async () => {
    const wrong = createServer((socket) => {
      let answers = 0;
      socket.on('error', () => undefined);
      socket.on('data', (bytes) => {
        if (++answers > 3) bytes[0] = (bytes[0] ?? 0) ^ 1;
        socket.write(bytes);
      });
    });
    const { result } = await measureTargets('--target', `unix://${await serving(wrong)}`, '-c', '1', ...counted(20));
    expect(onlyTrial({ code: 0, result }).requests.corrupted).toBeGreaterThan(0);
  });

  test('a rate, pipelining, and a connection for each request', async () => {
    const path = await serving(createServer((socket) => socket.on('error', () => undefined).pipe(socket)));
    for (const load of [
      ['-R', '2000'],
      ['-p', '4'],
      ['--connection', 'per-request'],
    ]) {
      const trial = onlyTrial(await measureTargets('--target', `unix://${path}`, '-c', '4', ...load, ...counted(200)));
      expect(trial.requests, load.join(' ')).toMatchObject({ sent: 200, completed: 200, errors: 0, corrupted: 0 });
    }
  });

  test.each([
    ['upload', readSlowly],
    ['download', sendSlowly],
  ] as const)('bytes are counted: %s', async (workload, serve) => {
    const path = await serving(createServer((socket) => serve(socket.on('error', () => undefined))));
    const flags = ['--target', `unix://${path}`, '--workload', workload, '-c', '2', '-d', '1s'];
    const trial = onlyTrial(await measureTargets(...flags));
    expect(trial.throughput.bytesPerSecond).toBeGreaterThan(0);
    expect(trial.requests.errors).toBe(0);
  });

  test('HTTP is requested from the path in the URL, and from models', async () => {
    const requested = new Set<string>();
    const server = createHttpServer(({ url = '', headers }, response) => {
      requested.add(`${headers.host} ${url}`);
      response.end('page');
    });
    const url = `http+unix://${encodeURIComponent(await serving(server))}/status?full`;
    const [own, model] = [
      await measureTargets('--target', url, '-c', '2', ...counted(50)),
      await measureTargets('--model', 'epoll', '--app', 'http', '--transport', 'unix', '-c', '2', ...counted(50)),
    ].map(onlyTrial);
    expect(own?.requests).toMatchObject({ completed: 50, errors: 0, corrupted: 0 });
    expect(requested).toEqual(new Set(['localhost /status?full']));
    expect(model?.requests).toMatchObject({ completed: 50, errors: 0, corrupted: 0 });
  });

  test.skipIf(whyMissing('python'))('a command is started with a path, and measured with its processes', async () => {
    const flags = ['--exec', PYTHON, '--name', 'python', '--transport', 'unix'];
    const trial = onlyTrial(await measureTargets(...flags, '-c', '16', ...counted(200)));
    expect(trial).toMatchObject({ target: 'python', opening: { answered: 16 }, requests: { completed: 200 } });
    expect(trial.server?.processes).toBeGreaterThan(0);
  });

  test('nothing is left of the directories of servers that were started, nor of one that was not ready', async () => {
    const directory = scratchDirectory();
    const line = ['bench', '--models', 'async', '--exec', 'exit 3; {path}', '--transports', 'unix', '-c', '1'];
    const brief = ['-r', '1', '-d', '50ms', '--warmup', '0s', '--json', '-', '--out-dir', scratchDirectory()];
    const program = new Program([...line, ...brief], { env: { TMPDIR: directory } });
    const { code, result } = await resultOf(program);
    expect(code).toBe(4);
    expect([result.trials.length, result.failures.length]).toEqual([1, 1]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('a path without a server is a failed target', async () => {
    const path = socketPath();
    const { code, result } = await measureTargets('--target', `unix://${path}`, '-c', '1', '--open-timeout', '100ms');
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toBe(`connect ${path}: no such file or directory (ENOENT)`);
    expect(existsSync(path)).toBe(false);
  });
});

describe('/proc/net/unix', () => {
  const table = [
    'Num       RefCount Protocol Flags    Type St Inode Path',
    '0000000000000000: 00000002 00000000 00010000 0001 01 101 /tmp/a b/socket',
    '0000000000000000: 00000003 00000000 00000000 0001 03 102 /tmp/a b/socket',
    '0000000000000000: 00000002 00000000 00000000 0002 01 103 /tmp/datagrams',
    '0000000000000000: 00000002 00000000 00010000 0005 01 104 /tmp/packets',
    '0000000000000000: 00000003 00000000 00000000 0001 03 105',
  ].join('\n');

  test.each([
    ['/tmp/a b/socket', ['101']],
    ['/socket', []],
    ['/tmp/datagrams', []],
    ['/tmp/packets', []],
  ])('lists the sockets that listen for streams on %s', (path, inodes) => {
    expect(parseUnixListening(table, path)).toEqual(inodes);
  });
});
