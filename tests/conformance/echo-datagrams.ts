import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ServerProcess } from '../servers/server-process.ts';
import { expectSame, patternBytes } from './bytes.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { DatagramClient } from './datagram-client.ts';
import { testEnding } from './lifetime.ts';
import { serve } from './serve.ts';
import type { Subject } from './subject.ts';

/**
 * Tests the promises about datagrams: bytes, and that each peer gets its own replies. One server process for all of
 * them.
 */
export function describeEchoDatagrams({ model, app, transport }: Subject): void {
  const count = Math.min(10, clientsAtOnce(model).count);
  let server: ServerProcess;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
  });
  afterAll(() => server?.kill());

  const connect = () => DatagramClient.connect(server.address);

  test('datagrams of 0 to 65,507 bytes are echoed', async () => {
    await using client = await connect();
    for (const length of [0, 1, 1400, 60_000, 65_507]) {
      for (let round = 0; round < 3; round++) {
        const sent = patternBytes(length, round, length);
        expectSame(await client.exchange(sent), sent);
      }
    }
  });

  test(`${count} interleaved peers each get their own replies, once`, async () => {
    const clients = await Promise.all(Array.from({ length: count }, connect));
    onTestFinished(() => {
      for (const client of clients) client.close();
    });
    const rounds = 20;
    const sentBy = (seed: number, round: number) => patternBytes(seed, round * 256, 256);
    for (let round = 0; round < rounds; round++) {
      await Promise.all(clients.map((client, seed) => client.exchange(sentBy(seed, round))));
    }
    clients.forEach((client, seed) => {
      const expected = Array.from({ length: rounds }, (_, round) => sentBy(seed, round));
      expect(client.received).toEqual(expected);
    });
  });

  // 100 small datagrams fit into the default socket buffer of 208 KiB (rmem_default), so that none is lost.
  test('every datagram of a burst is answered once', async () => {
    await using client = await connect();
    const sent = Array.from({ length: 100 }, (_, i) => patternBytes(20, i * 64, 64));
    await Promise.all(sent.map((datagram) => client.send(datagram)));
    await client.count(sent.length);
    const order = (datagrams: readonly Buffer[]) => datagrams.map((datagram) => datagram.toString('hex')).sort();
    expect(order(client.received)).toEqual(order(sent));
  });

  test('a peer that leaves before its reply arrives does not affect the others', async () => {
    for (let round = 0; round < 3; round++) {
      const gone = await connect();
      await gone.send(patternBytes(30, 0, 10));
      gone.close();
    }
    await using client = await connect();
    const sent = patternBytes(31, 0, 10);
    expect(await client.exchange(sent)).toEqual(sent);
  });

  test('another socket with SO_REUSEADDR, as any user can open one, cannot share its port', async () => {
    // Also with a connected peer: some models give each peer its own socket.
    await using client = await connect();
    await client.exchange(Buffer.from('hello'));
    const thief = createSocket({ type: 'udp4', reuseAddr: true });
    onTestFinished(() => void thief.close());
    const outcome = once(thief, 'listening');
    thief.bind(server.port, '127.0.0.1');
    await expect(outcome).rejects.toThrow('EADDRINUSE');
  });

  testEnding({ model, transport }, () => server);
}
