import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type RawData, WebSocket } from 'ws';
import { asInternet } from '../../sockets/address.ts';
import { type Holdings, holdings, isIdle, residentBytes } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { soon, until } from '../servers/until.ts';
import { expectSame, patternBytes } from './bytes.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { kernelBuffersBetween } from './kernel-buffers.ts';
import { nothingLeft } from './nothing-left.ts';
import { serve } from './serve.ts';
import { uploadStands } from './standstill.ts';
import { narrowConnection, StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

const MEBIBYTE = 2 ** 20;
/**
 * Memory that a server may need besides the kernel's buffers: each of its processes may hold relayed bytes as garbage.
 */
const GROWTH_LIMIT = 56 * MEBIBYTE;

/** The key of RFC 6455's example, section 1.3, and its answer. */
const EXAMPLE_KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const EXAMPLE_ACCEPT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/**
 * Tests an echo over WebSocket, through the library's own client and byte by byte. One server process for all tests.
 */
export function describeWebSockets({ model, app, transport }: Subject): void {
  const { count } = clientsAtOnce(model);
  const taken = kernelBuffersBetween(model) + GROWTH_LIMIT;
  /** Maximum of 1 MiB messages that a client sends without reading: more than may be taken from it. */
  const unread = Math.ceil(taken / MEBIBYTE) + 4;
  let server: ServerProcess;
  let idle: Holdings;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
    idle = holdings(server.pid);
  });
  afterAll(() => server?.kill());

  /** @param connection TCP connection to use. Default: a new one. */
  async function connect(perMessageDeflate = false, connection?: Socket): Promise<WebSocket> {
    const scheme = transport === 'tls' ? 'wss' : 'ws';
    const { host, port } = asInternet(server.address);
    const over = (socket: Socket) => (transport === 'tls' ? connectTls({ socket, rejectUnauthorized: false }) : socket);
    const client = new WebSocket(`${scheme}://${host}:${port}/`, {
      ...{ perMessageDeflate, rejectUnauthorized: false },
      ...(connection && { createConnection: () => over(connection) }),
    });
    onTestFinished(() => client.terminate());
    await soon('a WebSocket', once(client, 'open'));
    return client;
  }

  /** Returns the next message, and whether it is binary. */
  async function message(client: WebSocket): Promise<readonly [Buffer, boolean]> {
    const [data, binary] = (await soon('a message', once(client, 'message'))) as [RawData, boolean];
    return [data as Buffer, binary];
  }

  /** Returns the code with which the server closes. */
  async function closeCode(client: WebSocket): Promise<number> {
    return (await soon('the close', once(client, 'close')))[0];
  }

  /**
   * Opens a raw connection and sends RFC 6455's example of a request.
   * @returns the connection, and the lines of the answer.
   */
  async function upgraded(): Promise<{ readonly client: StreamClient; readonly lines: string[] }> {
    const client = await StreamClient.connect(server.address, transport);
    onTestFinished(() => client[Symbol.asyncDispose]());
    const request = [
      'GET /chat HTTP/1.1',
      'Host: server.example.com',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${EXAMPLE_KEY}`,
      'Origin: http://example.com',
      'Sec-WebSocket-Version: 13',
    ];
    client.write(Buffer.from(`${request.join('\r\n')}\r\n\r\n`));
    let head = '';
    while (!head.endsWith('\r\n\r\n')) {
      const next = await client.read(1);
      if (next.length === 0) throw new Error(`the server ended in its answer: ${head}`);
      head += String(next);
    }
    return { client, lines: head.split('\r\n') };
  }

  test("RFC 6455's example of a handshake gets the answer in the RFC", async () => {
    const { lines } = await upgraded();
    expect(lines[0]).toBe('HTTP/1.1 101 Switching Protocols');
    expect(lines).toContain(`Sec-WebSocket-Accept: ${EXAMPLE_ACCEPT}`);
    expect(lines.map((line) => line.toLowerCase())).toContain('upgrade: websocket');
  });

  test("RFC 6455's example of a masked frame comes back unmasked", async () => {
    const { client } = await upgraded();
    // Section 5.7: "Hello" in a text frame, masked, then unmasked.
    client.write(Buffer.from('818537fa213d7f9f4d5158', 'hex'));
    expect((await client.read(7)).toString('hex')).toBe('810548656c6c6f');
  });

  test('a request without an upgrade is answered with 426', async () => {
    await using client = await StreamClient.connect(server.address, transport);
    client.write(Buffer.from('GET / HTTP/1.1\r\nHost: here\r\n\r\n'));
    expect(String(await client.readToEnd())).toMatch(/^HTTP\/1\.1 426 Upgrade Required\r\n/);
  });

  test.for([0, 1, 125, 126, 65_535, 65_536, MEBIBYTE])(
    'a binary message of %i bytes is echoed as binary',
    async (length) => {
      const client = await connect();
      client.send(patternBytes(1, 0, length));
      const [echoed, binary] = await message(client);
      expectSame(echoed, patternBytes(1, 0, length));
      expect(binary).toBe(true);
    },
  );

  test('a text is echoed as text', async () => {
    const client = await connect();
    client.send('Grüße, 世界');
    const [echoed, binary] = await message(client);
    expect([String(echoed), binary]).toEqual(['Grüße, 世界', false]);
  });

  test('a message in fragments, with a ping between them, comes back whole', async () => {
    const client = await connect();
    const pong = once(client, 'pong');
    client.send('one ', { fin: false });
    client.ping('between');
    client.send('two ', { fin: false });
    client.send('three', { fin: true });
    const [echoed] = await message(client);
    expect(String(echoed)).toBe('one two three');
    expect(String((await soon('a pong', pong))[0])).toBe('between');
  });

  test('messages are compressed only for a client that requests it', async () => {
    const [plain, deflating] = [await connect(), await connect(true)];
    expect([plain.extensions, deflating.extensions]).toEqual(['', 'permessage-deflate']);
    for (const client of [plain, deflating]) {
      client.send('a'.repeat(MEBIBYTE));
      expect(String((await message(client))[0])).toBe('a'.repeat(MEBIBYTE));
    }
  });

  test('a client that closes is answered with its own code', async () => {
    const client = await connect();
    client.close(4321, 'enough');
    expect(await closeCode(client)).toBe(4321);
  });

  test('a frame that is not masked is refused as a protocol error: 1002', async () => {
    const { client } = await upgraded();
    client.write(Buffer.from('810548656c6c6f', 'hex'));
    // A close frame of two bytes: the code.
    expect((await client.read(4)).toString('hex')).toBe('880203ea');
  });

  test('text that is not UTF-8 is refused: 1007', async () => {
    const client = await connect();
    client.send(Buffer.of(0xff, 0xfe), { binary: false });
    expect(await closeCode(client)).toBe(1007);
  });

  test('a message that is too long is refused: 1009', async () => {
    const { client } = await upgraded();
    // Only the header, with a length of 16 MiB and one byte, in 64 bits.
    client.write(Buffer.from('82ff0000000001000001' + '00000000', 'hex'));
    expect((await client.read(4)).toString('hex')).toBe('880203f1');
  });

  test('a reset does not affect other clients', async () => {
    const bystander = await connect();
    for (let round = 0; round < 3; round++) {
      const { client } = await upgraded();
      client.write(Buffer.from('818537fa213d7f9f4d5158', 'hex'));
      await client.read(1);
      await client.reset();
      bystander.send(patternBytes(2, round, 100));
      expectSame((await message(bystander))[0], patternBytes(2, round, 100));
    }
  });

  test('the server stops reading when its client does; the client gets every message when it reads again', async () => {
    const connection = narrowConnection(server.address);
    const client = await connect(false, connection);
    client.send('warm');
    await message(client);
    const before = residentBytes(server.pid);
    client.pause();
    const ends = { clientPort: connection.localPort ?? 0, serverPid: server.pid };
    let sent = 0;
    await until('the server to stop reading', () => {
      while (sent < unread && client.bufferedAmount < MEBIBYTE) {
        client.send(patternBytes(3, sent++ * MEBIBYTE, MEBIBYTE));
      }
      return sent === unread || uploadStands(ends);
    });
    await until('the server to wait without spinning', () => isIdle(server.pid));
    expect(sent * MEBIBYTE - client.bufferedAmount, 'bytes taken with no reader').toBeLessThan(taken);
    expect(residentBytes(server.pid) - before, 'growth of the server').toBeLessThan(GROWTH_LIMIT);
    let next = 0;
    const all = new Promise<void>((resolve) => {
      client.on('message', (data: Buffer) => {
        expectSame(data, patternBytes(3, next++ * MEBIBYTE, MEBIBYTE));
        if (next === sent) resolve();
      });
    });
    client.resume();
    await soon('all messages', all);
  });

  test(`${count} concurrent clients each get their own messages`, async () => {
    const clients = await Promise.all(Array.from({ length: count }, () => connect()));
    const echoes = clients.map(message);
    clients.forEach((client, seed) => {
      client.send(patternBytes(seed, 0, 2000));
    });
    (await Promise.all(echoes)).forEach(([echoed], seed) => {
      expectSame(echoed, patternBytes(seed, 0, 2000));
    });
  });

  test('clients leave nothing behind', () => nothingLeft(server, idle, count));
}
