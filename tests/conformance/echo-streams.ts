import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Holdings, holdings, isIdle, residentBytes } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { until } from '../servers/until.ts';
import { expectSame, patternBytes } from './bytes.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { kernelBuffersBetween } from './kernel-buffers.ts';
import { testEnding } from './lifetime.ts';
import { nothingLeft } from './nothing-left.ts';
import { serve } from './serve.ts';
import { SlowReader } from './slow-reader.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

const MEBIBYTE = 2 ** 20;
/** Memory that a server may need for a client that doesn't read, besides the kernel's buffers. */
const GROWTH_LIMIT = 28 * MEBIBYTE;

/**
 * Tests the promises about streams with an echo: bytes, half-close, reset, backpressure. One server process for all of
 * them.
 */
export function describeEchoStreams({ model, app, transport }: Subject): void {
  const { count, together } = clientsAtOnce(model, transport);
  const taken = kernelBuffersBetween(model) + GROWTH_LIMIT;
  /** Maximum that a client sends without reading, if the server takes it all: more than it may take. */
  const unread = taken + 4 * MEBIBYTE;
  let server: ServerProcess;
  let idle: Holdings;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
    idle = holdings(server.pid);
  });
  afterAll(() => server?.kill());

  /** Sends all, finishes, and expects the whole reply and then FIN. */
  async function converse(sent: Buffer, write = (client: StreamClient) => client.write(sent)): Promise<void> {
    await using client = await StreamClient.connect(server.address, transport);
    write(client);
    client.finish();
    expectSame(await client.readToEnd(), sent);
  }

  test.for([0, 1, 64, 65_536, MEBIBYTE])(
    '%i bytes and FIN are answered with the whole reply, then FIN',
    async (length) => {
      await converse(patternBytes(length, 0, length));
    },
  );

  test.for([1, 64, 65_536, MEBIBYTE])('%i bytes are answered while the stream stays open', async (length) => {
    const sent = patternBytes(length, 0, length);
    await using client = await StreamClient.connect(server.address, transport);
    for (let round = 0; round < 3; round++) {
      client.write(sent);
      expectSame(await client.read(length), sent);
    }
  });

  test('a stream written in single bytes is echoed whole', async () => {
    const sent = patternBytes(1, 0, 500);
    await converse(sent, (client) => {
      for (const byte of sent) client.write(Uint8Array.of(byte));
    });
  });

  test('single bytes, each sent after the reply to the one before, are echoed', async () => {
    await using client = await StreamClient.connect(server.address, transport);
    for (const byte of patternBytes(2, 0, 50)) {
      client.write(Uint8Array.of(byte));
      expectSame(await client.read(1), Buffer.of(byte));
    }
  });

  test('many messages merged into one write are echoed whole', async () => {
    const messages = Array.from({ length: 1000 }, (_, i) => patternBytes(i % 7, i, 64));
    await converse(Buffer.concat(messages));
  });

  test('a reset does not affect other clients', async () => {
    await using bystander = together ? await StreamClient.connect(server.address, transport) : undefined;
    for (let round = 0; round < 5; round++) {
      await using victim = await StreamClient.connect(server.address, transport);
      victim.write(patternBytes(3, 0, MEBIBYTE));
      await victim.read(1);
      await victim.reset();
      if (bystander !== undefined) {
        bystander.write(patternBytes(4, round, 1000));
        expectSame(await bystander.read(1000), patternBytes(4, round, 1000));
      }
      await converse(patternBytes(5, 0, 10_000));
    }
  });

  test('a reset while the server’s send is blocked does not affect other clients', async () => {
    await using victim = await StreamClient.connectNarrow(server.address, transport);
    await new SlowReader(victim, unread, 8).stuff(server.pid);
    await victim.reset();
    await converse(patternBytes(9, 0, 10_000));
  });

  test(`${count} concurrent clients each get their own data`, async () => {
    const clients = await Promise.all(
      Array.from({ length: count }, () => StreamClient.connect(server.address, transport)),
    );
    const rounds = 2;
    const sentBy = (seed: number, round: number) => patternBytes(seed, round * 2000, 2000);
    if (together) {
      for (let round = 0; round < rounds; round++) {
        clients.forEach((client, seed) => {
          client.write(sentBy(seed, round));
        });
        // All have an answer before any continues: no client waits for the end of another.
        const replies = await Promise.all(clients.map((client) => client.read(2000)));
        replies.forEach((reply, seed) => {
          expectSame(reply, sentBy(seed, round));
        });
      }
    } else {
      clients.forEach((client, seed) => {
        client.write(patternBytes(seed, 0, 2000));
      });
    }
    clients.forEach((client) => {
      client.finish();
    });
    const rests = await Promise.all(clients.map((client) => client.readToEnd()));
    rests.forEach((rest, seed) => {
      expectSame(rest, together ? Buffer.alloc(0) : patternBytes(seed, 0, 2000));
    });
  });

  test('the server stops reading when its client does; the client gets every byte when it reads again', async () => {
    await using client = await StreamClient.connectNarrow(server.address, transport);
    client.write(patternBytes(6, 0, 1));
    await client.read(1);
    const before = residentBytes(server.pid);
    const reader = new SlowReader(client, unread, 7);
    await reader.stuff(server.pid);
    await until('the server to wait without spinning', () => isIdle(server.pid));
    expect(reader.sent, 'bytes sent with no reader').toBeLessThan(taken);
    expect(residentBytes(server.pid) - before, 'growth of the server').toBeLessThan(GROWTH_LIMIT);
    client.finish();
    for (let at = 0; at < reader.written; at += MEBIBYTE) {
      const length = Math.min(MEBIBYTE, reader.written - at);
      expectSame(await client.read(length), patternBytes(reader.seed, at, length));
    }
    expectSame(await client.readToEnd(), Buffer.alloc(0));
  });

  test('clients leave nothing behind', () => nothingLeft(server, idle, count));

  testEnding({ model, transport }, () => server);
}
