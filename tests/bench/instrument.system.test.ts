import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { accountedFor, counted, measure, measureTrial, tcpServer, udpServer } from './measured.ts';

const echo = () => tcpServer((socket) => socket.pipe(socket));

describe('a number of requests', () => {
  test.each([
    ['in a closed loop', ['-c', '7', '-n', '1001', '--threads', '3']],
    ['in a closed loop after a warm-up', ['-c', '7', '-n', '500', '--warmup', '100ms']],
    ['fewer than connections', ['-c', '7', '-n', '3', '--threads', '2']],
    ['in an open loop', ['-c', '4', '-n', '200', '-R', '1000', '--warmup', '50ms']],
    ['with a connection for each request', ['-c', '4', '-n', '150', '--connection', 'per-request']],
  ])('is sent exactly: %s', async (_, flags) => {
    const trial = await measureTrial(await echo(), ...flags, '-d', '20s');
    const wanted = Number(flags[flags.indexOf('-n') + 1]);
    expect(trial.requests).toMatchObject({ sent: wanted, completed: wanted });
    expect(trial.measuredSeconds).toBeLessThan(20);
  });

  test('is not reached when the time is over first', async () => {
    const url = await tcpServer((socket) => socket.on('data', (bytes) => setTimeout(() => socket.write(bytes), 20)));
    const { requests, measuredSeconds } = await measureTrial(url, '-c', '1', '-n', '1000000', '-d', '1s');
    expect(requests.sent).toBeLessThan(100);
    expect(measuredSeconds).toBeGreaterThan(0.1);
  });

  test('includes errors when the server closes connections', async () => {
    let seen = 0;
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => (++seen > 100 ? socket.destroy() : socket.write(bytes)));
    });
    const { requests } = await measureTrial(url, '-c', '4', '-n', '150', '-d', '20s');
    expect(requests.sent).toBe(150);
    expect(requests.completed + requests.errors).toBe(150);
    expect(requests.errors).toBeGreaterThan(40);
  });
});

describe('a connection for each request', () => {
  test('is opened, used once and closed', async () => {
    let connections = 0;
    let extra = 0;
    const url = await tcpServer((socket) => {
      connections++;
      let received = 0;
      socket.on('data', (bytes) => {
        received += bytes.length;
        if (received > 64) extra++;
        socket.write(bytes);
      });
    });
    const trial = await measureTrial(url, '-c', '5', '--connection', 'per-request', '-n', '400', '-d', '20s');
    expect(trial).toMatchObject({ connection: 'per-request', requests: { completed: 400, errors: 0 } });
    // Each client's first connection was opened before measuring.
    expect([connections, extra]).toEqual([405, 0]);
    expect(trial.latencyMicros.connect?.count).toBe(400);
    expect(trial.latencyMicros.connect?.p50).toBeLessThan(trial.latencyMicros.response.p50);
  });

  test('uses several source addresses', async () => {
    const sources = new Set<string | undefined>();
    const url = await tcpServer((socket) => {
      sources.add(socket.remoteAddress);
      socket.pipe(socket);
    });
    await measureTrial(url, '-c', '2', '--connection', 'per-request', '-n', '100', '-d', '20s');
    expect(sources.size).toBeGreaterThan(10);
    for (const source of sources) expect(source).toMatch(/^127\.0\.0\./);
  });

  test('that is reset is an error, and the others continue', async () => {
    let seen = 0;
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => (++seen % 10 === 0 ? socket.resetAndDestroy() : socket.write(bytes)));
    });
    const trial = await measureTrial(url, '-c', '3', '--connection', 'per-request', '-n', '200', '-d', '20s');
    expect(trial.requests.errors).toBeGreaterThanOrEqual(19);
    expect(trial.requests.errors).toBeLessThanOrEqual(21);
    expect(accountedFor(trial)).toBe(200);
  });

  test('whose reply is too long has an unsolicited reply', async () => {
    const url = await tcpServer((socket) => {
      socket.on('data', (bytes) => socket.write(Buffer.concat([bytes, Buffer.from('more')])));
    });
    const { requests } = await measureTrial(url, '-c', '2', '--connection', 'per-request', '-n', '20', '-d', '20s');
    expect(requests.completed).toBe(20);
    expect(requests.unsolicited).toBeGreaterThan(0);
  });
});

describe('mixed sizes', () => {
  test('are echoed completely when pipelined over TCP', async () => {
    const trial = await measureTrial(
      await echo(),
      ...['-c', '3', '-p', '5', '--size', '1-70000,2MiB:0.01', ...counted(300)],
    );
    expect(trial.requests).toMatchObject({ sent: 300, completed: 300, errors: 0, corrupted: 0, unsolicited: 0 });
    expect(accountedFor(trial)).toBe(trial.requests.sent);
    expect(trial.sizes).toHaveLength(2);
  });

  test('are counted in bytes', async () => {
    const trial = await measureTrial(await echo(), '-c', '4', '--size', '100,10000:0.5', '-n', '2000', '-d', '20s');
    const mean = trial.throughput.bytesPerSecond / trial.throughput.requestsPerSecond;
    // 5,050 expected; five standard errors of 2,000 coin flips over 9,900 bytes.
    expect(Math.abs(mean - 5050)).toBeLessThan(5 * (4950 / Math.sqrt(2000)));
    expect(trial.size).toBe(5050);
  });

  test('include datagrams of up to 65,507 bytes', async () => {
    const url = await udpServer((datagram, reply) => reply(datagram));
    const trial = await measureTrial(url, '-c', '1', '--size', '8-65507', '-n', '300', '-d', '20s');
    expect(trial.requests).toMatchObject({ corrupted: 0, errors: 0 });
    expect(trial.requests.completed).toBeGreaterThan(250);
  });

  test('a message of 16 MiB is echoed', async () => {
    const load = ['-c', '1', '--size', '16MiB', '--timeout', '20s', ...counted(1)];
    const trial = await measureTrial(await echo(), ...load);
    expect(trial.requests).toMatchObject({ completed: 1, corrupted: 0 });
  });
});

describe('datagrams', () => {
  test('out of order are counted as reordered once each', async () => {
    let held: { readonly datagram: Buffer; readonly reply: (datagram: Buffer) => void } | undefined;
    let seen = 0;
    let swapped = 0;
    const url = await udpServer((datagram, reply) => {
      // The first datagram of the socket belongs to opening.
      if (++seen > 1 && seen % 20 === 0) {
        held = { datagram: Buffer.from(datagram), reply };
        return;
      }
      reply(datagram);
      if (held === undefined) return;
      held.reply(held.datagram);
      held = undefined;
      swapped++;
    });
    const trial = await measureTrial(url, '-c', '1', '-p', '4', '-n', '1000', '-d', '20s');
    expect(trial.requests).toMatchObject({ completed: 1000, lost: 0, late: 0, duplicated: 0 });
    expect(trial.requests.reordered).toBe(swapped);
    expect(swapped).toBe(50);
    expect(trial.jitterMicros).toBeGreaterThan(0);
  });

  test('dropped by the server’s socket are distinguished from other lost ones', async () => {
    // The server reads nothing after the first request, until its buffer has overflowed.
    let first = true;
    const url = await udpServer((datagram, reply) => {
      reply(datagram);
      if (first) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
      first = false;
    });
    const load = ['-c', '8', '-p', '64', '--size', '8000', '--timeout', '100ms', ...counted(1000)];
    const trial = await measureTrial(url, ...load);
    expect(trial.requests.lost).toBeGreaterThan(0);
    expect(trial.datagrams?.droppedByServer).toBeGreaterThan(0);
    expect(trial.datagrams?.droppedByGenerator).toBe(0);
    expect(trial.validity.reasons.find(({ code }) => code === 'lost')?.message).toContain('dropped by the server');
  });
});

test('a foreign server is left running', async () => {
  const url = new URL(await echo());
  const { code } = await measure(url.href.replace(/\/$/, ''), '-c', '2', '-n', '10', '-d', '5s');
  expect(code).toBe(0);
  const socket = connect(Number(url.port), url.hostname);
  const [answer] = await Promise.all([
    new Promise((resolve) => socket.once('data', (bytes) => resolve(String(bytes)))),
    socket.end('still there'),
  ]);
  expect(answer).toBe('still there');
});
