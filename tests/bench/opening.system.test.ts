import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as Generators from '../../bench/load/generator.ts';
import { operatingPoint } from '../../bench/model/operating-point.ts';
import { protocolSpec } from '../../bench/run/protocol-spec.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { makeCertificate } from '../../servers/node/certificate.ts';
import { measureTargets, onlyTrial } from './measured.ts';

/** Compiled: the generator's threads need JavaScript. */
const built = new URL('../../dist/bench/load/generator.js', import.meta.url).href;
const { Generator }: typeof Generators = await import(built);

const PATIENCE = ['--open-timeout', '15s', '--timeout', '15s'];

describe.skipIf(whyUnavailable('iterative'))('connections without an answer', () => {
  test.each(['echo', 'http'])('are given up early when the server of %s is idle', async (app) => {
    const flags = ['--model', 'iterative', '--app', app, '-c', '3', ...PATIENCE];
    const { opening } = onlyTrial(await measureTargets(...flags));
    expect(opening).toMatchObject({ opened: 3, answered: 1 });
    expect(opening.seconds).toBeLessThan(15);
  });

  test('are kept while the server is still working', async () => {
    // More than the threads of the server's pool, so that some are answered long before the others.
    const connections = availableParallelism() + 1;
    const flags = ['-c', `${connections}`, '--work', 'io:900ms'];
    const { opening } = onlyTrial(await measureTargets('--model', 'worker-pool', ...flags, ...PATIENCE));
    expect(opening).toMatchObject({ opened: connections, answered: connections });
  });
});

/** Starts a server that answers on the first connection only; ends with the test. @returns its port. */
async function answeringOne(transport: 'tcp' | 'tls', answer: (request: Buffer) => Buffer | string): Promise<number> {
  const sockets = new Set<Socket>();
  const serve = (socket: Socket) => {
    const first = sockets.size === 0;
    sockets.add(socket.on('error', () => undefined));
    socket.on('data', (request: Buffer) => first && socket.write(answer(request)));
  };
  const server = transport === 'tcp' ? createServer(serve) : createTlsServer(makeCertificate(), serve);
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a generator that gives up opening', () => {
  test.each([
    ['echo', 'tcp', (request: Buffer) => request],
    ['echo', 'tls', (request: Buffer) => request],
    ['http', 'tcp', () => 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi'],
  ] as const)('still waits until one connection of %s over %s was answered', async (app, transport, answer) => {
    const address = { host: '127.0.0.1', port: await answeringOne(transport, answer) };
    const point = operatingPoint({ transport, app, connections: 20 });
    const http = { host: `127.0.0.1:${address.port}`, path: '/' };
    const generator = new Generator({
      ...{ point, protocol: protocolSpec(point, http) },
      ...{ address, threads: 1, cpus: [], arrivals: null, levels: null, requests: null, streamKey: { seed: 1 } },
      ...{ timestamps: 'user', timeoutMs: 600_000, openTimeoutMs: 600_000 },
    });
    onTestFinished(() => generator.stop());
    const looking = setInterval(() => generator.foundIdle(), 10);
    onTestFinished(() => clearInterval(looking));
    expect((await generator.opened()).answered).toBe(1);
  });

  test('does not count looks before the last answer, as while its threads start', async () => {
    let answers = Promise.resolve();
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      // One connection after the other, each some turns of the event loop after the one before.
      socket.on('data', (request) => {
        answers = answers.then(() => setTimeout(5)).then(() => void socket.write(request));
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const point = operatingPoint({ connections: 20 });
    const generator = new Generator({
      ...{ point, protocol: { kind: 'echo', sizes: point.sizes } },
      ...{ address: { host: '127.0.0.1', port }, threads: 1, cpus: [], arrivals: null, levels: null, requests: null },
      ...{ streamKey: { seed: 1 }, timestamps: 'user', timeoutMs: 600_000, openTimeoutMs: 600_000 },
    });
    onTestFinished(() => generator.stop());
    for (let look = 0; look < 100; look++) generator.foundIdle();
    expect((await generator.opened()).answered).toBe(20);
  });
});
