import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_TIME_LIMITS } from '../../servers/apps/http/time-limits.ts';
import { LINGER_MS } from '../../servers/timing/lingering.ts';
import { type Holdings, holdings } from '../servers/process-tree.ts';
import type { ServerProcess } from '../servers/server-process.ts';
import { answersWithNodeHttp } from './cells.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { nothingLeft } from './nothing-left.ts';
import { serve } from './serve.ts';
import { stopsPromptly } from './stops-promptly.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

const CLIENTS = 6;
const PIPELINED = 300;

const GET = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
const CLOSING = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
const CHUNKED = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n');
const FAULTY = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n');

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';

const NOW = new Date(0).toUTCString();

/** Whether the connection stays open after a reply, as the reply states. */
type Persistence = 'usual' | 'close' | 'keep-alive';

/** Returns the header lines of the page, as our own replies have them. */
function ourHead(persistence: Persistence): string {
  const lines = ['HTTP/1.1 200 OK', `Date: ${NOW}`, 'Content-Type: text/plain', 'Content-Length: 13'];
  return [...lines, ...(persistence === 'usual' ? [] : [`Connection: ${persistence}`]), '', ''].join('\r\n');
}

/** The same of node:http, which always states whether the connection stays open, and for how long (the default limit). */
function nodeHead(persistence: Persistence): string {
  const stays = ['Connection: keep-alive', `Keep-Alive: timeout=${DEFAULT_TIME_LIMITS.idleMs / 1000}`];
  const last = persistence === 'close' ? ['Connection: close'] : stays;
  const lines = ['HTTP/1.1 200 OK', 'Content-Type: text/plain', 'Content-Length: 13', `Date: ${NOW}`, ...last];
  return [...lines, '', ''].join('\r\n');
}

/** Returns received text with every date replaced by the epoch. All dates have the same length. */
function undated(bytes: Buffer): string {
  return bytes.toString('latin1').replaceAll(/^Date: .{29}\r$/gm, `Date: ${NOW}\r`);
}

function statuses(bytes: Buffer): number[] {
  return [...bytes.toString('latin1').matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}

/**
 * Tests an HTTP/1.1 server over real connections, of our own or of node:http: where these differ, the tests state
 * it. The replies to many more inputs are tested in http.test.ts and node-http.system.test.ts.
 */
export function describeHttp({ model, app, transport }: Subject): void {
  const { together } = clientsAtOnce(model);
  const isNodes = answersWithNodeHttp(model);
  const head = isNodes ? nodeHead : ourHead;
  const reply = (persistence: Persistence) => `${head(persistence)}Hello, World!`;
  const REPLY = reply('usual');
  let server: ServerProcess;
  let idle: Holdings;

  beforeAll(async () => {
    server = await serve({ model, app, transport });
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
    expect(undated(await client.readToEnd())).toBe(REPLY + reply('close'));
    expect(performance.now() - start, 'FIN comes with the reply').toBeLessThan(LINGER_MS);
  });

  test.for<[string, string, string]>([
    ['HEAD is answered with the headers alone', 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n', head('usual')],
    ['HTTP/1.0 is answered with close', 'GET / HTTP/1.0\r\n\r\n', reply('close')],
    ['HTTP/1.0 stays open on request', 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n', reply('keep-alive')],
  ])('%s', async ([, sent, expected]) => {
    await using client = await connect();
    client.write(Buffer.from(sent));
    expect(undated(await client.read(expected.length))).toBe(expected);
    client.finish();
    expect(await client.readToEnd()).toHaveLength(0);
  });

  test.for<[string, string, number[]]>([
    ['a body is awaited, and discarded', 'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc', [405]],
    ['another known method gets 405', 'DELETE / HTTP/1.1\r\nHost: a\r\n\r\n', [405]],
    ['a method of WebDAV gets 501', 'PROPFIND / HTTP/1.1\r\nHost: a\r\n\r\n', [501]],
  ])('%s, and the next request is answered', async ([, sent, expected]) => {
    await using client = await connect();
    client.write(Buffer.concat([Buffer.from(sent), GET]));
    client.finish();
    expect(statuses(await client.readToEnd())).toEqual([...expected, 200]);
  });

  // llhttp, the parser of node:http, refuses a method that is not in its list.
  test(`an unknown method gets ${isNodes ? '400, and FIN' : '501'}`, async () => {
    await using client = await connect();
    client.write(Buffer.concat([Buffer.from('BREW / HTTP/1.1\r\nHost: a\r\n\r\n'), GET]));
    client.finish();
    expect(statuses(await client.readToEnd())).toEqual(isNodes ? [400] : [501, 200]);
  });

  test('100 Continue comes before the body, and the reply after it', async () => {
    await using client = await connect();
    client.write(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n'));
    expect(String(await client.read(CONTINUE.length))).toBe(CONTINUE);
    client.write(Buffer.from('ab'));
    expect(undated(await client.read(REPLY.length))).toBe(REPLY);
  });

  test('a request that FIN cuts off is refused with 400', async () => {
    await using client = await connect();
    client.write(Buffer.concat([GET, Buffer.from('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\na')]));
    client.finish();
    expect(statuses(await client.readToEnd())).toEqual([200, 400]);
  });

  test('a client that continues to send after the last reply gets that reply, and FIN', async () => {
    await using client = await connect();
    client.write(CLOSING);
    expect(undated(await client.read(reply('close').length))).toBe(reply('close'));
    for (let i = 0; i < 10; i++) {
      client.write(GET);
      await nextTurn();
    }
    expect(await client.readToEnd()).toHaveLength(0);
  });

  test('a faulty request is refused, and other clients are not affected', async () => {
    await using client = await connect();
    client.write(Buffer.concat([GET, FAULTY, GET]));
    const received = undated(await client.readToEnd());
    expect(received.slice(0, REPLY.length)).toBe(REPLY);
    expect(received.slice(REPLY.length)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
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

  test('clients leave nothing behind', () => nothingLeft(server, idle, 3 * CLIENTS));

  test('SIGTERM ends the server promptly, with a client that keeps its connection', async () => {
    await using client = await connect();
    client.write(GET);
    await client.read(REPLY.length);
    await stopsPromptly(server);
  });
}
