import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { LINGER_MS } from '../../servers/timing/lingering.ts';
import { type Holdings, holdings } from '../servers/process-tree.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { nothingLeft } from './nothing-left.ts';
import { stopsPromptly } from './stops-promptly.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

const CLIENTS = 6;
const PIPELINED = 1000;

const GET = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
const CLOSING = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
const CHUNKED = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
const FAULTY = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n');

const NOW = new Date(0).toUTCString();

function reply(header = ''): string {
  return (
    `HTTP/1.1 200 OK\r\nDate: ${NOW}\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n${header}\r\n` +
    'Hello, World!'
  );
}
const REPLY = reply();

/** Returns received text with every date replaced by the epoch. All dates have the same length. */
function undated(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll(/^Date: .{29}\r$/gm, `Date: ${NOW}\r`);
}

/**
 * Tests an HTTP/1.1 server over real connections. Its replies to each input are tested without them, in http.test.ts.
 */
export function describeHttp({ model, app, transport }: Subject): void {
  const { together } = clientsAtOnce(model);
  let server: ServerProcess;
  let idle: Holdings;

  beforeAll(async () => {
    server = await ServerProcess.start({ model, app, transport });
    idle = holdings(server.pid);
  });
  afterAll(() => server?.kill());

  const connect = () => StreamClient.connect(server.address, transport);

  test('successive requests are answered, and then FIN', async () => {
    await using client = await connect();
    for (const request of [GET, CHUNKED, GET]) {
      client.write(request);
      expect(undated(await client.read(REPLY.length))).toBe(REPLY);
    }
    client.finish();
    expect(await client.readToEnd()).toHaveLength(0);
  });

  test(`${PIPELINED} pipelined requests are each answered`, async () => {
    await using client = await connect();
    client.write(Buffer.concat(Array(PIPELINED).fill(GET)));
    client.finish();
    expect(undated(await client.readToEnd()) === REPLY.repeat(PIPELINED)).toBe(true);
  });

  test('a request sent byte by byte is answered', async () => {
    await using client = await connect();
    for (const byte of CHUNKED) client.write(Uint8Array.of(byte));
    expect(undated(await client.read(REPLY.length))).toBe(REPLY);
  });

  test('a request with Connection: close is answered with the reply and FIN', async () => {
    await using client = await connect();
    const start = performance.now();
    client.write(Buffer.concat([GET, CLOSING, GET]));
    expect(undated(await client.readToEnd())).toBe(REPLY + reply('Connection: close\r\n'));
    expect(performance.now() - start, 'FIN comes with the reply').toBeLessThan(LINGER_MS);
  });

  test('a faulty request is refused, and other clients are not affected', async () => {
    await using client = await connect();
    client.write(Buffer.concat([GET, FAULTY, GET]));
    const said = undated(await client.readToEnd());
    expect(said.slice(0, REPLY.length)).toBe(REPLY);
    expect(said.slice(REPLY.length)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    await using other = await connect();
    other.write(GET);
    expect(undated(await other.read(REPLY.length))).toBe(REPLY);
  });

  test('concurrent clients, each in the middle of its own request, are answered', async () => {
    const clients = await Promise.all(Array.from({ length: CLIENTS }, connect));
    onTestFinished(() => {
      for (const client of clients) client.socket.destroy();
    });
    for (const [i, client] of clients.entries()) client.write(GET.subarray(0, 4 * i));
    // A server that serves them in turn gets to the next only when the one before has finished.
    for (const [i, client] of clients.entries()) {
      client.write(GET.subarray(4 * i));
      if (!together) client.finish();
    }
    const replies = await Promise.all(clients.map((client) => client.read(REPLY.length)));
    expect(replies.map(undated)).toEqual(clients.map(() => REPLY));
  });

  test('clients leave nothing behind', () => nothingLeft(server, idle, 2 * CLIENTS));

  test('SIGTERM ends the server promptly, with a client that keeps its connection', async () => {
    await using client = await connect();
    client.write(GET);
    await client.read(REPLY.length);
    await stopsPromptly(server);
  });
}
