import { execFile, spawn, spawnSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { modelNames, models, whyUnavailable } from '../../servers/catalog.ts';
import { ServerProcess } from './server-process.ts';

/** Clients that nobody here wrote: Python's socket module, and nc as Debian has it. */

const run = promisify(execFile);
const noPython = spawnSync('python3', ['--version']).error?.message;
const noNc = spawnSync('nc', ['-h']).error?.message;
const available = modelNames.filter((model) => whyUnavailable(model) === undefined);
const overUdp = available.filter((model) => models[model].transports.some((transport) => transport === 'udp'));

/** Sends 100 kB, finishes, and reads all that comes back. */
const STREAM = `
import socket, sys, threading
with socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10) as client:
    sent = bytes(i % 251 for i in range(100_000))
    def send():
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
    threading.Thread(target=send).start()
    got = b''.join(iter(lambda: client.recv(65536), b''))
print('the same' if got == sent else f'{len(got)} other bytes')
`;

const DATAGRAMS = `
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(10)
    client.connect(('127.0.0.1', int(sys.argv[1])))
    for size in (0, 1, 512, 1472, 65507):
        client.send(b'x' * size)
        assert client.recv(65536) == b'x' * size, size
print('the same')
`;

async function echoServer(model: (typeof modelNames)[number], transport: 'tcp' | 'udp'): Promise<string> {
  const server = await ServerProcess.start({ model, app: 'echo', transport });
  onTestFinished(() => server.kill());
  return String(server.address.port);
}

describe.skipIf(noPython)(`Python's socket module agrees with (${noPython ?? 'it is here'})`, () => {
  test.each(available)('%s over tcp', async (model) => {
    const { stdout } = await run('python3', ['-c', STREAM, await echoServer(model, 'tcp')], { timeout: 20_000 });
    expect(stdout).toBe('the same\n');
  });

  test.each(overUdp)('%s over udp', async (model) => {
    const { stdout } = await run('python3', ['-c', DATAGRAMS, await echoServer(model, 'udp')], { timeout: 20_000 });
    expect(stdout).toBe('the same\n');
  });
});

describe.skipIf(noNc)(`nc agrees with (${noNc ?? 'it is here'})`, () => {
  test.each(available)('%s', async (model) => {
    const port = await echoServer(model, 'tcp');
    // -N: FIN at the end of input, so that the server's end ends it.
    const nc = spawn('nc', ['-N', '127.0.0.1', port], { timeout: 20_000 });
    onTestFinished(() => void nc.kill());
    nc.stdin.end('a line\nand another\n');
    expect(await text(nc.stdout)).toBe('a line\nand another\n');
  });
});
