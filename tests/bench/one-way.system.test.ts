import { describe, expect, onTestFinished, test } from 'vitest';
import { StreamClient } from '../conformance/stream-client.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { counted, measure, measureTargets, measureTrial, onlyTrial, tcpServer, udpServer } from './measured.ts';
import { readSlowly, sendSlowly } from './slow-streams.ts';

describe('an upload', () => {
  test('counts the bytes that reached the server', async () => {
    let received = 0;
    const url = await tcpServer((socket) =>
      readSlowly(socket, (bytes) => {
        received += bytes.length;
      }),
    );
    const trial = await measureTrial(url, '--workload', 'upload', '-c', '3', '-d', '1s');
    const bytes = trial.throughput.bytesPerSecond * trial.measuredSeconds;
    expect(bytes).toBeGreaterThan(1e6);
    // Bytes that the server's kernel holds and the server has not read were delivered, too: some MiB per connection.
    expect(bytes).toBeLessThan(received + 3 * 8 * 2 ** 20);
    expect(bytes).toBeGreaterThan(received * 0.5);
    expect(trial).toMatchObject({ workload: 'upload', app: 'discard', requests: { sent: 0, errors: 0 } });
    expect(trial.fairness.starvedConnections).toBe(0);
  });

  test('continues when the server sends unsolicited replies', async () => {
    const url = await tcpServer((socket) => readSlowly(socket, (bytes) => socket.write(bytes)));
    const trial = await measureTrial(url, '--workload', 'upload', '-c', '2', '-d', '1s');
    expect(trial.throughput.bytesPerSecond).toBeGreaterThan(0);
    expect(trial.requests.unsolicited).toBeGreaterThan(0);
  });

  test('to a server that closes connections has errors, and reconnects', async () => {
    let connections = 0;
    const url = await tcpServer((socket) => {
      connections++;
      let seen = 0;
      readSlowly(socket, (bytes) => {
        seen += bytes.length;
        if (seen > 100_000) socket.destroy();
      });
    });
    const trial = await measureTrial(url, '--workload', 'upload', '-c', '2', '-d', '1s');
    expect(trial.requests.errors).toBeGreaterThan(2);
    expect(connections).toBeGreaterThan(4);
  });
});

describe('a download', () => {
  test('counts the bytes that all connections received', async () => {
    let sent = 0;
    const url = await tcpServer((socket) => {
      sendSlowly(socket, (bytes) => {
        sent += bytes;
      });
    });
    const trial = await measureTrial(url, '--workload', 'download', '-c', '3', '-d', '1s');
    const bytes = trial.throughput.bytesPerSecond * trial.measuredSeconds;
    expect(bytes).toBeGreaterThan(1e6);
    expect(bytes).toBeLessThanOrEqual(sent);
    expect(trial).toMatchObject({ workload: 'download', app: 'chargen', fairness: { starvedConnections: 0 } });
    expect(trial.validity.reasons.map(({ code }) => code)).not.toContain('nothing-completed');
  });

  test('from a server that sends nothing is a failed target', async () => {
    const flags = ['--workload', 'download', '-c', '2', '--open-timeout', '200ms'];
    const { code, result } = await measure(await tcpServer(() => undefined), ...flags);
    expect(code).toBe(4);
    expect(result.failures[0]?.message).toMatch(/within 200 ms.*does it serve chargen/);
  });

  test('continues on the other connections when one stops', async () => {
    let first = true;
    const url = await tcpServer((socket) => {
      if (first) socket.write('x');
      else sendSlowly(socket);
      first = false;
    });
    const trial = await measureTrial(url, '--workload', 'download', '-c', '2', '--warmup', '200ms', '-d', '1s');
    expect(trial.fairness.starvedConnections).toBe(1);
    expect(trial.throughput.bytesPerSecond).toBeGreaterThan(0);
  });
});

describe('one-way datagrams', () => {
  test('that a socket dropped are lost, and do not count as throughput', async () => {
    // Reads the first datagram, then nothing while datagrams flow.
    let blocked = false;
    const url = await udpServer(() => {
      if (!blocked) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
      blocked = true;
    });
    const trial = await measureTrial(url, '--workload', 'upload', '-c', '2', '--size', '1000', ...counted(5000));
    expect(trial.requests.lost).toBeGreaterThan(1000);
    expect(trial.requests.lost).toBe(trial.datagrams?.droppedByServer);
    expect(trial.requests.completed).toBe(trial.requests.sent - (trial.requests.lost ?? 0) - trial.requests.errors);
    const rate = trial.requests.completed / trial.measuredSeconds;
    expect(trial.throughput.requestsPerSecond / rate).toBeCloseTo(1, 1);
  });

  test('of any size are sent without errors', async () => {
    const sizes = [8, 1200, 1472, 1473, 65_507];
    const seen = new Set<number>();
    const url = await udpServer(({ length }) => void seen.add(length));
    const mixed = sizes.map((size) => `${size}:0.2`).join();
    const load = ['-c', '1', '--size', mixed, '-R', '1000', ...counted(200)];
    const trial = await measureTrial(url, '--workload', 'upload', ...load);
    expect(trial.requests).toMatchObject({ sent: 200, errors: 0 });
    expect([...seen].sort((a, b) => a - b)).toEqual(sizes);
  });

  test.each([
    ['-n', '700'],
    ['-n', '700', '-R', '5000'],
  ])('stop at the requested number: %s', async (...flags) => {
    let seen = 0;
    const url = await udpServer(() => void seen++);
    const trial = await measureTrial(url, '--workload', 'upload', '-c', '3', '-d', '10s', ...flags);
    expect(trial.requests.sent).toBe(700);
    expect(trial.measuredSeconds).toBeLessThan(10);
  });
});

describe('built-in servers', () => {
  test.each(['upload', 'download'])('are measured: %s', async (workload) => {
    // A stream has no requests to count: on a busy machine a load may get no CPU for 0.3 s.
    const flags = ['--model', 'thread-per-connection', '--workload', workload, '-c', '2', '-d', '1s'];
    const trial = onlyTrial(await measureTargets(...flags));
    expect(trial.throughput.bytesPerSecond).toBeGreaterThan(0);
    expect(trial.requests.errors).toBe(0);
  });

  // The conformance tests do this, and more, with one model of each kind over TCP and TLS.
  test.each([
    ['nonblocking', 'tcp'],
    ['async', 'tcp'],
    ['event-driven', 'unix'],
  ] as const)('%s serves what uploads and downloads need over %s', async (model, transport) => {
    const connectTo = async (app: 'discard' | 'chargen') => {
      const server = await ServerProcess.start({ model, app, transport });
      onTestFinished(() => server.kill());
      return StreamClient.connect(server.address, transport);
    };
    await using upload = await connectTo('discard');
    // More than the kernel's buffers hold.
    upload.write(Buffer.alloc(2 ** 24, 'x'));
    upload.finish();
    expect(await upload.readToEnd()).toHaveLength(0);
    await using download = await connectTo('chargen');
    expect((await download.read(2 ** 20)).subarray(0, 5).toString()).toBe(' !"#$');
  });
});
