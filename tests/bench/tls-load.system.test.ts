import { once } from 'node:events';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { Trial } from '../../bench/model/trial.ts';
import {
  accountedFor,
  counted,
  measure,
  measureTargets,
  measureTrial,
  onlyTrial,
  tcpServer,
  tlsServer,
} from './measured.ts';

const echoing = (socket: TLSSocket) => void socket.on('data', (chunk) => socket.write(chunk));
const user = ['--timestamps', 'user'] as const;
/** Expects service times, lag and handshakes. */
function expectTimed({ latencyMicros }: Trial): void {
  // The kernel starts to timestamp some time after it was asked to.
  expect(latencyMicros.service?.count).toBeGreaterThan(0);
  expect(latencyMicros.generatorLag?.count).toBe(latencyMicros.service?.count);
  expect(latencyMicros.handshake?.count).toBeGreaterThan(0);
}

describe('a load over TLS', () => {
  test.each([
    ['one by one', ['-c', '3']],
    ['pipelined', ['-c', '2', '-p', '8']],
    ['pipelined, beyond the queue of a connection', ['-c', '1', '-p', '32', '--size', '64KiB']],
    ['of several sizes, larger than a record', ['-c', '2', '--size', '1-100:0.5,20KiB-200KiB:0.5']],
    ['on several threads', ['-c', '4', '--threads', '2']],
    ['on a connection each', ['-c', '2', '--connection', 'per-request']],
  ])('requests %s are all answered correctly', async (_, flags) => {
    const trial = await measureTrial(await tlsServer(echoing), ...flags, ...counted(100));
    expect(trial).toMatchObject({ transport: 'tls', timestamps: 'kernel', requests: { sent: 100, completed: 100 } });
    expect(trial.requests).toMatchObject({ timedOut: 0, errors: 0, corrupted: 0 });
    expect(trial.latencyMicros.response.count).toBe(100);
    expect(trial.fairness.starvedConnections).toBe(0);
    expectTimed(trial);
  });

  test('requests at a rate are as many as requested, and have their due times and schedule lag', async () => {
    let received = 0;
    const url = await tlsServer((socket) => {
      socket.on('data', (chunk) => {
        received += chunk.length;
        socket.write(chunk);
      });
    });
    const trial = await measureTrial(url, '-c', '4', '-R', '200', ...counted(100));
    expect(trial.requests.sent).toBe(100);
    expect(accountedFor(trial)).toBe(100);
    // Includes the first request of each connection, before measuring.
    expect(received).toBe(104 * 64);
    expect(trial.latencyMicros.scheduleLag?.count).toBeGreaterThan(0);
    expectTimed(trial);
  });

  test('connections are opened in stages', async () => {
    const slowly = (socket: TLSSocket) => void socket.on('data', (chunk) => setTimeout(() => socket.write(chunk), 10));
    const trial = await measureTrial(await tlsServer(slowly), '-c', '1', '-s', '200ms:6,400ms:6', ...user);
    expect(trial).toMatchObject({ connections: 6, fairness: { starvedConnections: 0 } });
  });

  test('a changed byte is detected', async () => {
    let replies = 0;
    const url = await tlsServer((socket) => {
      socket.on('data', (chunk) => {
        if (++replies === 20) chunk[63] = (chunk[63] ?? 0) ^ 1;
        socket.write(chunk);
      });
    });
    const trial = await measureTrial(url, '-c', '1', ...counted(50), ...user);
    expect(trial).toMatchObject({ requests: { corrupted: 1, errors: 0 }, validity: { verdict: 'invalid' } });
    // A new connection takes over.
    expect(trial.requests.completed).toBeGreaterThan(30);
  });

  test('connections that the server closes are reopened, and their requests are errors', async () => {
    const url = await tlsServer((socket) => {
      let replies = 0;
      socket.on('data', (chunk) => (++replies < 5 ? socket.write(chunk) : socket.destroy()));
    });
    const trial = await measureTrial(url, '-c', '2', ...counted(50), ...user);
    expect(trial.requests.errors).toBeGreaterThan(1);
    expect(trial.requests.completed).toBeGreaterThan(trial.requests.errors);
    expect(accountedFor(trial)).toBe(trial.requests.sent);
  });

  test.each([
    ['that carried all requests', ['-c', '3'], 3],
    ['for each request', ['-c', '2', '--connection', 'per-request'], 42],
  ])('connections %s end with close_notify', async (_, flags, connections) => {
    const { port } = new URL(await tlsServer(echoing));
    const sent: Promise<Buffer>[] = [];
    const proxy = await tcpServer((socket) => {
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => void chunks.push(chunk));
      sent.push(new Promise((resolve) => void socket.on('close', () => resolve(Buffer.concat(chunks)))));
      socket.pipe(connect(Number(port), '127.0.0.1').on('error', () => undefined)).pipe(socket);
    });
    await measureTrial(proxy.replace('tcp:', 'tls:'), ...flags, ...counted(40), ...user);
    expect(sent).toHaveLength(connections);
    // In TLS 1.3 an alert is encrypted: two bytes, their type and the tag are 19 bytes, in no other record.
    for (const bytes of await Promise.all(sent)) expect(bytes.subarray(-24, -19).toString('hex')).toBe('1703030013');
  });

  test('a request that is never answered times out', async () => {
    let replies = 0;
    const url = await tlsServer((socket) => {
      socket.on('data', (chunk) => ++replies !== 10 && socket.write(chunk));
    });
    const trial = await measureTrial(url, '-c', '1', '--timeout', '3s', ...counted(50), ...user);
    expect(trial.requests).toMatchObject({ timedOut: 1, errors: 0 });
    expect(trial.latencyMicros.response.max).toBeGreaterThan(3_000_000);
    expect(trial.requests.completed).toBeGreaterThan(10);
  });

  test('a server that does not speak TLS is a failed target', async () => {
    const url = await tcpServer((socket) => void socket.on('data', (chunk) => socket.write(chunk)));
    const { code, result } = await measure(url.replace('tcp:', 'tls:'), '--open-timeout', '300ms');
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toContain('EPROTO');
  });

  test('a port without a listener is a failed target', async () => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { code, result } = await measure(`tls://127.0.0.1:${port}`, '--open-timeout', '200ms');
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toContain('ECONNREFUSED');
  });
});

describe('handshakes', () => {
  test('are counted and timed, each on its own connection', async () => {
    let secured = 0;
    let resumed = 0;
    const url = await tlsServer((socket) => {
      secured++;
      if (socket.isSessionReused()) resumed++;
      socket.resume();
    });
    const trial = await measureTrial(url, '--workload', 'handshake', '-c', '3', ...counted(60));
    expect(trial).toMatchObject({ workload: 'handshake', requests: { sent: 60, completed: 60, errors: 0 } });
    expect(trial.notes).toMatchObject([{ code: 'lag-unknown', message: expect.stringContaining('no handshake') }]);
    expect(trial.latencyMicros.handshake?.count).toBe(60);
    expect(trial.latencyMicros.response.count).toBe(60);
    expect(trial.latencyMicros.connect?.count).toBe(60);
    // Includes the first of each connection.
    expect(secured).toBe(63);
    expect(resumed).toBe(0);
  });

  test('are made at a rate, with a model', async () => {
    const flags = ['--model', 'event-driven', '--transport', 'tls', '--workload', 'handshake', '-c', '20'];
    const trial = onlyTrial(await measureTargets(...flags, '-R', '100', ...counted(50)));
    expect(trial.requests).toMatchObject({ sent: 50, corrupted: 0 });
    expect(accountedFor(trial)).toBe(50);
    expect(trial.server?.cpuSeconds).toBeGreaterThan(0);
  });
});
