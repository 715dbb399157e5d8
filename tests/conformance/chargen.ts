import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ofSeveral } from '../../servers/random/random-spec.ts';
import type { StreamKey } from '../../servers/random/streams.ts';
import { loadDatagramApp } from '../../servers/served.ts';
import { type Holdings, holdings, isIdle, residentBytes } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { until } from '../servers/until.ts';
import { expectSame, patternBytes } from './bytes.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { DatagramClient } from './datagram-client.ts';
import { kernelBuffersToClient } from './kernel-buffers.ts';
import { nothingLeft } from './nothing-left.ts';
import { serve } from './serve.ts';
import { downloadStands } from './standstill.ts';
import { stopsPromptly } from './stops-promptly.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

const MEBIBYTE = 2 ** 20;
/** More than a server sends before it handles a client's FIN, even on a busy machine. */
const ENDLESS = 256 * MEBIBYTE;
/**
 * Memory that a server may need besides for a client that doesn't read. An endless reply kept in memory is far larger.
 */
const GROWTH_LIMIT = 28 * MEBIBYTE;

/** RFC 864: 95 lines, after which the pattern repeats. */
const ring = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 0x20 + i)).repeat(2);
const rotation = Buffer.from(Array.from({ length: 95 }, (_, n) => `${ring.slice(n, n + 72)}\r\n`).join(''));

/** Returns `length` bytes of the endless pattern, from byte `start`. */
function generated(start: number, length: number): Buffer {
  const phase = start % rotation.length;
  return Buffer.alloc(phase + length, rotation).subarray(phase);
}

/** Tests a server that sends without end, over streams. One server process for all tests. */
export function describeChargenStreams({ model, app, transport }: Subject): void {
  const { together } = clientsAtOnce(model);
  /** More than the kernel holds on the way to the client, so that the server must have blocked in the middle. */
  const pastBuffers = kernelBuffersToClient(model) + 2 * MEBIBYTE;
  let server: ServerProcess;
  let idle: Holdings;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
    idle = holdings(server.pid);
  });
  afterAll(() => server?.kill());

  async function expectPattern(client: StreamClient, length = MEBIBYTE, start = 0): Promise<void> {
    for (let at = 0; at < length; at += MEBIBYTE) {
      const part = Math.min(MEBIBYTE, length - at);
      expectSame(await client.read(part), generated(start + at, part));
    }
  }

  /** Waits until the server can send no more to a client that doesn't read. */
  function stuck({ port }: StreamClient): Promise<void> {
    const ends = { clientPort: port, serverPid: server.pid };
    return until('the server to be stuck', () => downloadStands(ends));
  }

  test('the pattern begins with line 0 for each client', async () => {
    for (let i = 0; i < 2; i++) {
      await using client = await StreamClient.connect(server.address, transport);
      expect((await client.read(148)).toString()).toBe(`${ring.slice(0, 72)}\r\n${ring.slice(1, 73)}\r\n`);
      await expectPattern(client, 4 * MEBIBYTE, 148);
    }
  });

  test.runIf(together)('concurrent clients all get their data', async () => {
    const clients = await Promise.all(Array.from({ length: 3 }, () => StreamClient.connect(server.address, transport)));
    onTestFinished(() => {
      for (const client of clients) client.socket.destroy();
    });
    for (let at = 0; at < 4 * MEBIBYTE; at += MEBIBYTE) {
      await Promise.all(clients.map((client) => expectPattern(client, MEBIBYTE, at)));
    }
  });

  test('the server waits for a client that stops reading, which misses nothing when it reads again', async () => {
    await using client = await StreamClient.connectNarrow(server.address, transport);
    await expectPattern(client, 1);
    const before = residentBytes(server.pid);
    await stuck(client);
    await until('the server to wait without spinning', () => isIdle(server.pid));
    expect(residentBytes(server.pid) - before, 'growth of the server').toBeLessThan(GROWTH_LIMIT);
    if (together) {
      await using other = await StreamClient.connect(server.address, transport);
      await expectPattern(other);
    }
    await expectPattern(client, pastBuffers, 1);
  });

  test('bytes from a client are discarded, and its FIN ends the conversation', async () => {
    await using client = await StreamClient.connect(server.address, transport);
    await expectPattern(client);
    client.write(patternBytes(1, 0, MEBIBYTE));
    client.finish();
    const rest = await client.read(ENDLESS);
    expect(client.socket.readableEnded, 'ended by FIN').toBe(true);
    expectSame(rest, generated(MEBIBYTE, rest.length));
  });

  test('clients that leave in the middle do not affect the others', async () => {
    await using bystander = together ? await StreamClient.connect(server.address, transport) : undefined;
    for (let round = 0; round < 2; round++) {
      await using victim = await StreamClient.connect(server.address, transport);
      await victim.read(1000);
      if (round > 0) await victim.reset();
      if (bystander !== undefined) await expectPattern(bystander, MEBIBYTE, round * MEBIBYTE);
    }
    await using client = await StreamClient.connect(server.address, transport);
    await expectPattern(client);
  });

  test('clients leave nothing behind', () => nothingLeft(server, idle, 10));

  test('SIGTERM ends the server promptly, with clients that read and clients that do not', async () => {
    await using waiting = await StreamClient.connectNarrow(server.address, transport);
    await expectPattern(waiting, 1);
    await stuck(waiting);
    await using reading = await StreamClient.connect(server.address, transport);
    reading.socket.resume();
    if (together) await until('data', () => reading.socket.bytesRead > MEBIBYTE);
    await stopsPromptly(server);
  });
}

/** Number of replies whose lengths are compared, and of streams that they may come from: few, of 513 lengths. */
const DRAWS = 20;
const STREAMS = Math.max(2, availableParallelism());

/** Returns the first lengths of the replies that a stream determines. */
async function lengthsOf(streamKey: StreamKey): Promise<number[]> {
  const app = await loadDatagramApp({ app: 'chargen', streamKey });
  const lengths: number[] = [];
  const reply = {
    send: (_: Uint8Array, start: number, end: number) => lengths.push(end - start),
    wait: () => undefined,
  };
  for (let i = 0; i < DRAWS; i++) app.datagram(Uint8Array.of(1), 0, 1, reply);
  return lengths;
}

/** Tests a server that answers datagrams with part of the pattern. One server process for all tests. */
export function describeChargenDatagrams({ model, app, transport }: Subject): void {
  const streamKey = { seed: 71, round: 3 };
  let server: ServerProcess;

  beforeAll(async () => {
    server = await serve({ model, app, transport }, { streamKey });
  });
  afterAll(() => server?.kill());

  // The first test, because the first numbers of each stream are compared.
  test('the lengths are those of the seed, from the streams of its threads, processes or connections', async () => {
    await using client = await DatagramClient.connect(server.address);
    const received: number[] = [];
    for (let i = 0; i < DRAWS; i++) received.push((await client.exchange(patternBytes(1, 0, 1))).length);
    // Several processes may take turns at one socket.
    const keys = [streamKey, ...Array.from({ length: STREAMS }, (_, i) => ofSeveral({ streamKey }, i).streamKey)];
    const drawn = new Set<number>();
    for (const key of keys) for (const length of await lengthsOf(key)) drawn.add(length);
    expect(received.filter((length) => !drawn.has(length))).toEqual([]);
  });

  test('each datagram is answered with one of 0 to 512 characters', async () => {
    await using one = await DatagramClient.connect(server.address);
    await using other = await DatagramClient.connect(server.address);
    for (const client of [one, other]) {
      for (let i = 0; i < 40; i++) await client.send(patternBytes(i, 0, i));
    }
    await Promise.all([one.count(40), other.count(40)]);
    await until('the server to do nothing any more', () => isIdle(server.pid));
    for (const { received } of [one, other]) {
      expect(received.length).toBe(40);
      for (const reply of received) expectSame(reply, generated(0, Math.min(reply.length, 512)));
      expect(new Set(received.map(({ length }) => length)).size, 'different lengths').toBeGreaterThan(10);
    }
  });
}
