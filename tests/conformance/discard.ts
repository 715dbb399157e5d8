import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Holdings, holdings, isIdle } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { until } from '../servers/until.ts';
import { patternBytes } from './bytes.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { DatagramClient } from './datagram-client.ts';
import { nothingLeft } from './nothing-left.ts';
import { serve } from './serve.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

const MEBIBYTE = 2 ** 20;
/** More than the kernel's buffers take from a narrow client without a reader, which is 128 KiB (tcp(7)). */
const UPLOAD_MEBIBYTES = 4;

/** Tests a server that reads and never answers, over streams. One server process for all tests. */
export function describeDiscardStreams({ model, app, transport }: Subject): void {
  const { together } = clientsAtOnce(model);
  let server: ServerProcess;
  let idle: Holdings;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
    idle = holdings(server.pid);
  });
  afterAll(() => server?.kill());

  /**
   * Sends `mebibytes` MiB and finishes. The server's FIN shows that it has read all: unread bytes would cause a reset.
   */
  async function upload(client: StreamClient, mebibytes: number): Promise<void> {
    for (let i = 0; i < mebibytes; i++) {
      if (!client.socket.write(patternBytes(1, i * MEBIBYTE, MEBIBYTE))) await client.drained();
    }
    client.finish();
    expect((await client.readToEnd()).length, 'bytes of answer').toBe(0);
  }

  test.for([0, 1, UPLOAD_MEBIBYTES])('%i MiB are read to the end, and not answered', async (mebibytes) => {
    await using client = await StreamClient.connectNarrow(server.address, transport);
    await upload(client, mebibytes);
  });

  test('concurrent clients are read to the end, also while another one is idle', async () => {
    await using silent = together ? await StreamClient.connect(server.address, transport) : undefined;
    silent?.write(patternBytes(2, 0, 1000));
    const clients = await Promise.all(Array.from({ length: 3 }, () => StreamClient.connect(server.address, transport)));
    onTestFinished(() => {
      for (const client of clients) client.socket.destroy();
    });
    await Promise.all(clients.map((client) => upload(client, 1)));
    if (silent !== undefined) await upload(silent, 1);
  });

  test('a reset in the middle does not affect other clients', async () => {
    for (let round = 0; round < 2; round++) {
      await using victim = await StreamClient.connect(server.address, transport);
      victim.write(patternBytes(3, 0, MEBIBYTE));
      await victim.reset();
    }
    await using client = await StreamClient.connect(server.address, transport);
    await upload(client, 1);
  });

  test('clients leave nothing behind', () => nothingLeft(server, idle, 10));
}

/** Tests a server that reads and never answers, over datagrams. */
export function describeDiscardDatagrams({ model, app, transport }: Subject): void {
  test('datagrams are received, and none is answered', async () => {
    const server = await serve({ model, app, transport });
    onTestFinished(() => server.kill());
    await using one = await DatagramClient.connect(server.address);
    await using other = await DatagramClient.connect(server.address);
    for (const length of [0, 1, 1400, 60_000]) {
      for (let i = 0; i < 10; i++) {
        await Promise.all([one, other].map((client) => client.send(patternBytes(length, i, length))));
      }
      await until('every datagram to be taken', () => queuedBytes(server.port) === 0);
    }
    await until('the server to do nothing any more', () => isIdle(server.pid));
    expect([...one.received, ...other.received], 'answers').toEqual([]);
    expect(server.running).toBe(true);
  });
}

/** Returns the memory of datagrams queued on a UDP port, by the kernel's accounting: rx_queue in /proc/net/udp. */
function queuedBytes(port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const sockets = readFileSync('/proc/net/udp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local]) => local?.endsWith(suffix));
  expect(sockets.length, 'sockets of the server').toBeGreaterThan(0);
  return sockets.reduce((sum, [, , , , queues]) => sum + Number.parseInt(queues?.split(':')[1] ?? '', 16), 0);
}
