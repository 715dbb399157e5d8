import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { AppName } from '../../servers/apps/app-catalog.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { WorkSpec } from '../../servers/work/spec.ts';
import type { Transport } from '../../sockets/socket.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { expectSame, patternBytes } from './bytes.ts';
import { answersWithNodeHttp } from './cells.ts';
import { DatagramClient } from './datagram-client.ts';
import { StreamClient } from './stream-client.ts';

/** Delay of each request, in milliseconds. */
const WAIT_MS = 20;
/** Tolerance in milliseconds, because two processes read clocks. */
const CLOCK_MS = 1;

/** Tests requests that have a cost: they are answered like others, but later. */
export const workSuites: Record<Transport, (model: ModelName, transport: TransportName) => void> = {
  tcp: describeStreams,
  udp: describeDatagrams,
};

function waiting(requestBytes: number | null): WorkSpec {
  return { parts: [{ share: 1, cpuNanos: 100e3, ioNanos: WAIT_MS * 1e6 }], cacheHit: 0, requestBytes };
}

async function start(
  model: ModelName,
  transport: TransportName,
  work: WorkSpec,
  app: AppName = 'echo',
): Promise<ServerProcess> {
  const server = await ServerProcess.start({ model, transport, work, app });
  onTestFinished(() => server.kill());
  return server;
}

function describeStreams(model: ModelName, transport: TransportName): void {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await ServerProcess.start({ model, transport, work: waiting(100) });
  });
  afterAll(() => server?.kill());

  test('a reply is sent after its delay, then FIN to a client that has finished', async () => {
    await using client = await StreamClient.connect(server.address, transport);
    const request = patternBytes(1, 0, 100);
    const begin = performance.now();
    client.write(request);
    client.finish();
    expectSame(await client.readToEnd(), request);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(WAIT_MS - CLOCK_MS);
  });

  test('replies keep their order, each after the delays of all before it', async () => {
    await using client = await StreamClient.connect(server.address, transport);
    const begin = performance.now();
    for (let i = 0; i < 5; i++) client.write(patternBytes(1, i * 100, 100));
    client.finish();
    expectSame(await client.readToEnd(), patternBytes(1, 0, 500));
    expect(performance.now() - begin).toBeGreaterThanOrEqual(5 * WAIT_MS - CLOCK_MS);
  });

  // node:http passes on all requests that it has read: their delays overlap. Our parser waits for one after another.
  const [delays, how] = answersWithNodeHttp(model) ? [1, 'together'] : [5, 'one after another'];
  test(`HTTP requests that arrive in any pieces are delayed ${how} and answered in order`, async () => {
    const server = await start(model, transport, waiting(null), 'http');
    await using client = await StreamClient.connect(server.address, transport);
    const head = (method: string, ...lines: readonly string[]) =>
      [`${method} / HTTP/1.1`, 'Host: a', ...lines, '', ''].join('\r\n');
    const requests = Buffer.from(
      [head('GET'), head('POST', 'Content-Length: 3'), 'abc', head('PROPFIND'), head('GET'), head('PUT')].join(''),
    );
    const begin = performance.now();
    client.write(requests.subarray(0, 30));
    client.write(requests.subarray(30));
    client.finish();
    const received = (await client.readToEnd()).toString('latin1');
    expect([...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => status)).toEqual([
      '200',
      '405',
      '501',
      '200',
      '405',
    ]);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(delays * WAIT_MS - CLOCK_MS);
  });

  test('requests larger than any buffer are answered whole', async () => {
    const size = 300_000;
    const server = await start(model, transport, waiting(size));
    await using client = await StreamClient.connect(server.address, transport);
    client.write(patternBytes(1, 0, 3 * size));
    client.finish();
    expectSame(await client.readToEnd(), patternBytes(1, 0, 3 * size));
  });

  test('a client that resets during a delay does not affect the others', async () => {
    for (let i = 0; i < 3; i++) {
      await using client = await StreamClient.connect(server.address, transport);
      client.write(patternBytes(1, 0, 150));
      // The first byte of the second request is answered only after the first request.
      await client.read(101);
      client.write(patternBytes(1, 150, 50));
      await client.reset();
    }
    await using other = await StreamClient.connect(server.address, transport);
    other.write(patternBytes(2, 0, 100));
    expectSame(await other.read(100), patternBytes(2, 0, 100));
  });
}

function describeDatagrams(model: ModelName): void {
  test('each datagram is answered to its sender after its delay', async () => {
    const server = await start(model, 'udp', waiting(null));
    await using one = await DatagramClient.connect(server.address);
    await using other = await DatagramClient.connect(server.address);
    const begin = performance.now();
    for (let i = 0; i < 5; i++) {
      await one.send(patternBytes(1, i, 8));
      await other.send(patternBytes(2, i, 5000));
    }
    await Promise.all([one.count(5), other.count(5)]);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(WAIT_MS - CLOCK_MS);
    const sorted = (datagrams: readonly Buffer[]) => datagrams.map((each) => each.toString('hex')).sort();
    const sent = (seed: number, size: number) => [0, 1, 2, 3, 4].map((i) => patternBytes(seed, i, size));
    expect(sorted(one.received)).toEqual(sorted(sent(1, 8)));
    expect(sorted(other.received)).toEqual(sorted(sent(2, 5000)));
  });
}
