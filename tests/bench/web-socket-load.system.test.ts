import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { makeCertificate } from '../../servers/node/certificate.ts';
import { accountedFor, counted, measure, measureTargets, measureTrial, onlyTrial, tcpServer } from './measured.ts';

/** Starts a WebSocket server over TLS for one test. @returns its URL. */
async function secureEcho(serve: (client: WebSocket) => void): Promise<string> {
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer(makeCertificate());
  server.on('upgrade', (request, socket, head) => sockets.handleUpgrade(request, socket, head, serve));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return `wss://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts a WebSocket server for one test; ends with the test. @returns its URL. */
async function webSocketServer(serve: (client: WebSocket) => void, options: ServerOptions = {}): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  server.on('connection', (client) => serve(client.on('error', () => undefined)));
  onTestFinished(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  await once(server, 'listening');
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Returns a server that echoes, and how each of its connections was closed. */
function echoes() {
  const closes: Promise<unknown[]>[] = [];
  const serve = (client: WebSocket) => {
    closes.push(once(client, 'close'));
    client.on('message', (data, binary) => client.send(data, { binary }));
  };
  return { serve, closes };
}

/** Expects that N connections were opened, and each was closed with a close frame. */
async function expectClosed(closes: readonly Promise<unknown[]>[], connections: number): Promise<void> {
  expect(closes).toHaveLength(connections);
  expect(new Set((await Promise.all(closes)).map(([code]) => code))).toEqual(new Set([1000]));
}

describe('a load over WebSockets', () => {
  test.each([
    ['one by one', ['-c', '3'], 3],
    ['pipelined', ['-c', '2', '-p', '8'], 2],
    ['pipelined, beyond the queue of a connection', ['-c', '1', '-p', '32', '--size', '64KiB'], 1],
    ['of several sizes, larger than an inbox', ['-c', '2', '--size', '1-100:0.5,50KiB-200KiB:0.5'], 2],
    ['on a connection each', ['-c', '2', '--connection', 'per-request'], 102],
    ['at a rate', ['-c', '2', '-R', '200'], 2],
  ])('requests %s are all answered correctly, and end with a close frame', async (_, flags, connections) => {
    const { serve, closes } = echoes();
    const trial = await measureTrial(await webSocketServer(serve), ...flags, ...counted(100));
    expect(trial).toMatchObject({ transport: 'tcp', app: 'websocket', requests: { sent: 100, completed: 100 } });
    expect(trial.latencyMicros.response.count).toBe(100);
    // The kernel starts to timestamp some time after it was asked to.
    expect(trial.latencyMicros.service?.count).toBeGreaterThan(0);
    await expectClosed(closes, connections);
  });

  test.each(['tcp', 'tls'])('a model is measured over %s', async (transport) => {
    const flags = ['--model', 'async', '--app', 'websocket', '--transport', transport, '-c', '2'];
    const trial = onlyTrial(await measureTargets(...flags, ...counted(50)));
    expect(trial).toMatchObject({ transport, app: 'websocket', requests: { completed: 50, errors: 0, corrupted: 0 } });
    expect(trial.notes).toEqual([]);
  });

  test.each([
    ['uncompressed', [], '', false],
    ['compressed', ['--deflate'], 'permessage-deflate', true],
  ] as const)('messages are sent %s', async (_, flags, extensions, deflate) => {
    const agreed = new Set<string>();
    const url = await webSocketServer(
      (client) => {
        agreed.add(client.extensions);
        client.on('message', (data) => client.send(data));
      },
      { perMessageDeflate: true },
    );
    const trial = await measureTrial(url, '-c', '2', '--size', '4KiB', ...flags, ...counted(50));
    expect(trial.requests).toMatchObject({ sent: 50, completed: 50 });
    expect(trial.deflate).toBe(deflate);
    expect([...agreed]).toEqual([extensions]);
  });

  test('text messages are text, also their echo', async () => {
    const types = new Set<string>();
    const url = await webSocketServer((client) => {
      client.on('message', (data, isBinary) => {
        types.add(isBinary ? 'binary' : 'text');
        // Decoded and encoded again, they are the same only if they are UTF-8.
        client.send(data.toString());
      });
    });
    const trial = await measureTrial(url, '--websocket-message', 'text', '-c', '2', '--size', '1-300', ...counted(50));
    expect(trial).toMatchObject({ websocketMessage: 'text', requests: { sent: 50, completed: 50 } });
    expect([...types]).toEqual(['text']);
  });

  test('binary in reply to text is corrupted', async () => {
    let replies = 0;
    const url = await webSocketServer((client) => {
      client.on('message', (data) => client.send(data, { binary: ++replies === 20 }));
    });
    const trial = await measureTrial(url, '--websocket-message', 'text', '-c', '1', ...counted(50));
    expect(trial).toMatchObject({ requests: { corrupted: 1 }, validity: { verdict: 'invalid' } });
    expect(trial.examples?.corruption?.fault).toContain('text in reply to binary, or binary in reply to text');
  });

  test.each<[string, (message: Buffer) => Buffer[]]>([
    ['in two messages', (message) => [message.subarray(0, 10), message.subarray(10)]],
    ['with a changed byte', (message) => [Buffer.concat([message.subarray(0, 63), Buffer.of(0)])]],
    ['with an additional byte', (message) => [Buffer.concat([message, Buffer.of(0)])]],
  ])('a reply %s is corrupted', async (_, change) => {
    let replies = 0;
    const url = await webSocketServer((client) => {
      client.on('message', (message: Buffer) => {
        for (const part of ++replies === 20 ? change(message) : [message]) client.send(part);
      });
    });
    const trial = await measureTrial(url, '-c', '1', ...counted(50));
    expect(trial).toMatchObject({ requests: { corrupted: 1 }, validity: { verdict: 'invalid' } });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.requests.completed).toBeGreaterThan(30);
  });

  test('an unsolicited message never counts as a reply', async () => {
    const url = await webSocketServer((client) => {
      client.on('message', (message) => {
        client.send(message);
        client.send('by the way');
      });
    });
    const trial = await measureTrial(url, '-c', '1', '-R', '100', ...counted(20));
    // Which of the two depends on whether the next request had been sent when it came.
    const { unsolicited = 0, corrupted } = trial.requests as typeof trial.requests & { readonly unsolicited?: number };
    expect(unsolicited + corrupted).toBeGreaterThan(0);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test.each([
    ['as handshakes', webSocketServer, ['-c', '2', '--workload', 'handshake'], 42],
    ['over TLS', secureEcho, ['-c', '3'], 3],
    ['over TLS on a connection each', secureEcho, ['-c', '2', '--connection', 'per-request'], 42],
  ] as const)('requests %s end with a close frame on every connection', async (_, start, flags, connections) => {
    const { serve, closes } = echoes();
    const { requests } = await measureTrial(await start(serve), ...flags, ...counted(40));
    expect(requests).toMatchObject({ sent: 40, completed: 40, errors: 0 });
    await expectClosed(closes, connections);
  });

  test('clients that the server closes reconnect, and their requests are errors', async () => {
    const url = await webSocketServer((client) => {
      let replies = 0;
      client.on('message', (message) => (++replies < 5 ? client.send(message) : client.close(1011)));
    });
    const trial = await measureTrial(url, '-c', '2', ...counted(50));
    expect(trial.requests.errors).toBeGreaterThan(1);
    expect(trial.requests.completed).toBeGreaterThan(trial.requests.errors);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test('a server that does not speak WebSocket is a failed target', async () => {
    const url = await tcpServer((socket) => void socket.on('data', () => socket.end('HTTP/1.1 404 Not Found\r\n\r\n')));
    const { code, result } = await measure(url.replace('tcp:', 'ws:'), '--open-timeout', '300ms');
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toContain('(EPROTO): the upgrade was answered with status 404');
  });
});
