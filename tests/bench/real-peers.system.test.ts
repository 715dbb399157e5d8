import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nginxConfiguration } from '../../bench/lab/limit/nginx.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { whyMissing } from '../requirements.ts';
import { accountedFor, counted, measureTrial } from './measured.ts';
import { peer } from './peer-server.ts';

/** Each protocol, through the same engine, against a server that nobody of this project wrote. */

/** Expects that all requests were answered as expected, and timed. */
function expectServed(trial: Trial, completed: number): void {
  const { requests, latencyMicros } = trial;
  expect(requests).toMatchObject({ completed, errors: 0, corrupted: 0, timedOut: 0 });
  expect(accountedFor(trial)).toBe(requests.sent);
  expect(latencyMicros.response.count).toBe(completed);
}

const loads = [
  ['in a closed loop', ['-c', '5']],
  ['pipelined', ['-c', '2', '-p', '8']],
  ['at a rate', ['-c', '5', '-R', '2000', '--arrivals', 'poisson']],
  ['on a connection each', ['-c', '3', '--connection', 'per-request']],
] as const;

function makeCertificate(folder: string): void {
  const request = ['req', '-x509', '-days', '2', '-subj', '/CN=localhost', '-nodes'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', [...request, ...key, '-keyout', 'key.pem', '-out', 'certificate.pem'], {
    cwd: folder,
    stdio: 'pipe',
  });
}

function nginx(transport: 'tcp' | 'tls'): () => number {
  return peer((port, folder) => {
    if (transport === 'tls') makeCertificate(folder);
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, nginxConfiguration(String(port), transport));
    return ['nginx', '-e', 'stderr', '-p', folder, '-c', file];
  });
}

describe.skipIf(whyMissing('nginx') ?? whyMissing('openssl'))('nginx', () => {
  const plain = nginx('tcp');
  const secure = nginx('tls');

  test.each(loads)('serves HTTP %s', async (_, flags) => {
    const trial = await measureTrial(`http://127.0.0.1:${plain()}/`, ...flags, ...counted(200));
    expectServed(trial, 200);
    expect(trial.statuses).toEqual({ 200: 200 });
    expect(trial.timestamps).toBe('kernel');
  });

  test.each(loads)('serves HTTPS %s', async (_, flags) => {
    const trial = await measureTrial(`https://127.0.0.1:${secure()}/`, ...flags, ...counted(100));
    expectServed(trial, 100);
    expect(trial.latencyMicros.handshake?.count).toBeGreaterThan(0);
  });
});

describe.skipIf(whyMissing('redis'))('redis', () => {
  const address = ['--bind', '127.0.0.1', '--protected-mode', 'no'];
  const redis = peer((port) => ['redis-server', '--port', String(port), ...address, '--save', '']);

  test.each(loads)('serves SET and GET %s', async (_, flags) => {
    const url = `redis://127.0.0.1:${redis()}`;
    const commands = ['--redis-commands', 'SET {key} {value}:0.5,GET {key}:0.5', '--keys', '100'];
    expectServed(await measureTrial(url, ...commands, ...flags, ...counted(200)), 200);
  });

  test('serves RESP3, in a database of its own', async () => {
    const url = `redis://127.0.0.1:${redis()}/3`;
    expectServed(await measureTrial(url, '--redis-commands', 'INCR {key}', '--resp', '3', ...counted(100)), 100);
  });

  test('refuses a command, which is an error with its text', async () => {
    const url = `redis://127.0.0.1:${redis()}`;
    const trial = await measureTrial(url, '--redis-commands', 'NOSUCH {key}', ...counted(20));
    expect(trial.requests).toMatchObject({ completed: 0, errors: 20 });
    expect(JSON.stringify(trial)).toContain('ERR unknown command');
  });

  test('speaks to a script', async () => {
    const url = `tcp://127.0.0.1:${redis()}`;
    const trial = await measureTrial(url, '--send', 'PING\\r\\n', '--expect', '+PONG\\r\\n', ...counted(100));
    expectServed(trial, 100);
  });
});

describe.skipIf(whyMissing('memcached'))('memcached', () => {
  const memcached = peer((port) => ['memcached', '-l', '127.0.0.1', '-p', String(port), '-U', '0', '-u', 'nobody']);

  test('answers a script whose replies end with a line', async () => {
    const script = ['--send', 'set k{sequence} 0 0 4\\r\\n{random:4}\\r\\n', '--expect', 'STORED\\r\\n'];
    expectServed(await measureTrial(`tcp://127.0.0.1:${memcached()}`, ...script, '-p', '4', ...counted(200)), 200);
  });
});

describe.skipIf(whyMissing('openssl'))('openssl s_server', () => {
  const openssl = peer((port, folder) => {
    makeCertificate(folder);
    const files = ['-cert', join(folder, 'certificate.pem'), '-key', join(folder, 'key.pem')];
    return ['openssl', 's_server', '-accept', String(port), ...files, '-rev', '-quiet'];
  });

  test('reverses lines of a script over TLS', async () => {
    const script = ['--send', 'stressed\\n', '--expect', 'desserts\\n'];
    expectServed(await measureTrial(`tls://127.0.0.1:${openssl()}`, ...script, '-c', '1', ...counted(50)), 50);
  });
});

const webSocketServer = `
import asyncio, sys
from websockets.server import serve
async def echo(socket):
    async for message in socket:
        await socket.send(message)
async def main():
    async with serve(echo, '127.0.0.1', int(sys.argv[1]), compression=sys.argv[2] if len(sys.argv) > 2 else None):
        await asyncio.Future()
asyncio.run(main())
`;

describe.skipIf(whyMissing('websockets'))("Python's websockets", () => {
  const start = (...compression: readonly string[]) =>
    peer((port) => ['/usr/bin/python3', '-c', webSocketServer, String(port), ...compression]);
  const plain = start();
  const compressing = start('deflate');

  test.each(loads)('echo messages %s', async (_, flags) => {
    expectServed(await measureTrial(`ws://127.0.0.1:${plain()}/`, ...flags, ...counted(100)), 100);
  });

  test('echo text as text', async () => {
    const url = `ws://127.0.0.1:${plain()}/`;
    expectServed(await measureTrial(url, '--websocket-message', 'text', '-c', '3', ...counted(100)), 100);
  });

  test('echo compressed messages', async () => {
    const url = `ws://127.0.0.1:${compressing()}/`;
    expectServed(await measureTrial(url, '--deflate', '--size', '1000', '-c', '3', ...counted(100)), 100);
  });
});
