import { createServer, type IncomingMessage, request } from 'node:http';
import { duplexPair } from 'node:stream';
import { constants } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type PerMessageDeflateOptions, type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { HttpProtocol } from '../../../bench/load/protocols/http.ts';
import { COMPLETE, MORE, READY, REFUSED_LAST, RESPOND } from '../../../bench/load/protocols/protocol.ts';
import { type WebSocketExchange, WebSocketProtocol } from '../../../bench/load/protocols/websocket.ts';
import { parseSizes } from '../../../bench/model/message-sizes.ts';
import { createApp } from '../../../servers/apps/websocket.ts';
import { seeded } from '../../seeded.ts';
import { StreamClient } from './stream-client.ts';
import { latin, scope, take } from './talk.ts';

// Our protocols against Node's HTTP and the library ws, in memory.

test("Node's HTTP server accepts every request, and the protocol its replies", async () => {
  const seen: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    let body = '';
    for await (const part of incoming) body += part;
    seen.push(`${incoming.method} ${incoming.url} ${incoming.headers.host} ${incoming.headers['x-a'] ?? ''} ${body}`);
    if (incoming.url === '/chunked') outgoing.write('hel');
    outgoing.end(incoming.url === '/chunked' ? 'lo' : 'hello');
  });
  const [near, far] = duplexPair();
  onTestFinished(() => {
    near.destroy();
  });
  server.emit('connection', far);
  const expectBody = latin('hello');
  const requests = [
    { path: '/', expectBody },
    { path: '/chunked', expectBody, headers: [['X-A', 'b c']] as const },
    { path: '/put', method: 'PUT', body: latin('body'), expectBody },
    { path: '/post', method: 'POST', expectBody },
    { path: '/head', method: 'HEAD' },
  ];
  const protocol = new HttpProtocol({ host: 'a', requests, keepAlive: true }, scope);
  const events = await new StreamClient(protocol, near, 60).converse();
  expect(events).toEqual(Array(60).fill(`${COMPLETE}`));
  expect(new Set(seen)).toEqual(
    new Set(['GET / a  ', 'GET /chunked a b c ', 'PUT /put a  body', 'POST /post a  ', 'HEAD /head a  ']),
  );
});

/** Reads a reply with Node's client. @returns its status and body. */
function readByNode(reply: Uint8Array, method: string): Promise<string> {
  const [near, far] = duplexPair();
  return new Promise((resolve, reject) => {
    const asked = request({ createConnection: () => near as never, method, host: 'a' }, (incoming: IncomingMessage) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('error', reject);
      incoming.on('end', () => {
        near.destroy();
        resolve(`${incoming.statusCode} ${Buffer.concat(parts).toString('latin1')}`);
      });
    });
    asked.on('error', reject);
    asked.end();
    far.resume();
    far.end(reply);
  });
}

const body = fc.string({ unit: 'binary-ascii', maxLength: 40 });
const reply = fc
  .record({
    status: fc.constantFrom(200, 201, 204, 301, 304, 404, 500),
    interim: fc.boolean(),
    headers: fc.array(
      fc.constantFrom('A: b', 'Set-Cookie: a=b; c', 'Vary:', 'Date:  now \t', 'X-Long: '.padEnd(90, 'y')),
    ),
    parts: fc.array(body, { maxLength: 3 }),
    framing: fc.constantFrom('length', 'chunks', 'end'),
  })
  .map(({ status, interim, headers, parts, framing }) => {
    const isBodiless = status === 204 || status === 304;
    const content = isBodiless ? '' : parts.join('');
    const lines = [`HTTP/1.1 ${status} Some reason`, ...headers];
    let sent = content;
    if (framing === 'length' && !isBodiless) lines.push(`Content-Length: ${content.length}`);
    if (framing === 'chunks' && !isBodiless) {
      lines.push('Transfer-Encoding: chunked');
      const chunks = parts.filter((part) => part !== '').map((part) => `${part.length.toString(16)};x\r\n${part}\r\n`);
      sent = `${chunks.join('')}0\r\nT: u\r\n\r\n`;
    }
    const before = interim ? 'HTTP/1.1 103 Early\r\nLink: a\r\n\r\n' : '';
    return {
      status,
      content,
      ends: framing === 'end' && !isBodiless,
      bytes: latin(`${before}${lines.join('\r\n')}\r\n\r\n${sent}`),
    };
  });

test("reads replies as Node's HTTP client does", async () => {
  await fc.assert(
    fc.asyncProperty(reply, async ({ status, content, bytes }) => {
      expect(await readByNode(bytes, 'GET')).toBe(`${status} ${content}`);
      const expected = { path: '/', expectStatus: [status], expectBody: latin(content) };
      const protocol = new HttpProtocol({ host: 'a', requests: [expected], keepAlive: true }, scope);
      const { events } = take(protocol, bytes, 0);
      if (events === 'more') protocol.finish(0, 0);
      expect([protocol.event === MORE ? 'more' : protocol.event, protocol.status]).toEqual([
        expect.toBeOneOf([2, 3]),
        status,
      ]);
    }),
    { numRuns: 200 },
  );
});

test('any reply conforms, complete or damaged', () => {
  fc.assert(
    fc.property(reply, ({ bytes, ends }) => {
      const make = () =>
        new HttpProtocol({ host: 'a', requests: [{ path: '/', expectBody: 'same' }], keepAlive: true }, scope);
      const conversations = [{ greeting: new Uint8Array(0), replies: [bytes], ends }];
      expect(checkConformance({ make, conversations, random: seeded(8), damages: 20 })).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

/** Serves WebSockets on a stream in memory with the library ws. @returns the client's end, and the server's headers. */
function webSocketServer(options: ServerOptions, serve: (client: WebSocket) => void) {
  const webSockets = new WebSocketServer({ noServer: true, ...options });
  const headers: string[] = [];
  webSockets.on('headers', (lines) => headers.push(...lines));
  const server = createServer();
  server.on('upgrade', (incoming, stream, head) => webSockets.handleUpgrade(incoming, stream, head, serve));
  const [near, far] = duplexPair();
  onTestFinished(() => {
    near.destroy();
  });
  server.emit('connection', far);
  return { near, headers };
}

function webSocketProtocol(sizes: string, more: Partial<WebSocketExchange> = {}): WebSocketProtocol {
  return new WebSocketProtocol({ host: 'a', path: '/', sizes: parseSizes(sizes), text: false, ...more }, scope);
}

/** Echoes each message in two fragments, with a ping between them. */
function echoInFragments(client: WebSocket): void {
  client.on('message', (message: Buffer, binary) => {
    const middle = message.length >> 1;
    client.send(message.subarray(0, middle), { binary, fin: false });
    client.ping('still there?');
    client.send(message.subarray(middle), { binary, fin: true });
  });
}

test.each([
  ['3,100-70000:0.2', false],
  ['20-200', true],
])('the library ws accepts the frames, and the protocol its pings and fragments: %s', async (sizes, text) => {
  const { near } = webSocketServer({}, echoInFragments);
  const events = await new StreamClient(webSocketProtocol(sizes, { text }), near, 50).converse();
  expect(events).toEqual([
    `${READY}`,
    ...Array(50)
      .fill([`${RESPOND}`, `${COMPLETE}`])
      .flat(),
  ]);
});

describe('compression with the library ws', () => {
  const agreed = 'permessage-deflate; client_no_context_takeover; server_no_context_takeover';

  test.each<[PerMessageDeflateOptions, string]>([
    [{}, agreed],
    [{ serverNoContextTakeover: true, clientNoContextTakeover: true }, agreed],
    [{ serverMaxWindowBits: 8 }, `${agreed}; server_max_window_bits=8`],
    [{ serverMaxWindowBits: 12 }, `${agreed}; server_max_window_bits=12`],
    [{ clientMaxWindowBits: 8 }, `${agreed}; client_max_window_bits=8`],
    [
      { serverMaxWindowBits: 15, clientMaxWindowBits: 9 },
      `${agreed}; client_max_window_bits=9; server_max_window_bits=15`,
    ],
    [{ zlibDeflateOptions: { level: 0 } }, agreed],
    [{ zlibDeflateOptions: { level: 1, memLevel: 1 } }, agreed],
    [{ zlibDeflateOptions: { level: 9, strategy: constants.Z_FIXED } }, agreed],
    [{ zlibDeflateOptions: { strategy: constants.Z_HUFFMAN_ONLY } }, agreed],
  ])('%j: messages are sent and received compressed', async (options, extensions) => {
    const perMessageDeflate = { threshold: 0, ...options };
    const { near, headers } = webSocketServer({ perMessageDeflate }, echoInFragments);
    const protocol = webSocketProtocol('1-300:0.7,50-70000', { deflate: true });
    const events = await new StreamClient(protocol, near, 40).converse();
    expect(events.filter((event) => event === `${COMPLETE}`)).toHaveLength(40);
    expect(headers).toContain(`Sec-WebSocket-Extensions: ${extensions}`);
    expect(protocol.notes).toEqual([]);
  });

  test('small messages come back uncompressed where the server has a threshold', async () => {
    const { near } = webSocketServer({ perMessageDeflate: { threshold: 200 } }, (client) => {
      client.on('message', (message: Buffer, binary) => client.send(message, { binary }));
    });
    const protocol = webSocketProtocol('1-199,201-400', { deflate: true });
    const events = await new StreamClient(protocol, near, 40).converse();
    expect(events).toEqual([`${READY}`, ...Array(40).fill(`${COMPLETE}`)]);
  });

  test('a server without compression gets messages without it', async () => {
    const { near } = webSocketServer({ perMessageDeflate: false }, echoInFragments);
    const protocol = webSocketProtocol('20', { deflate: true });
    const events = await new StreamClient(protocol, near, 5).converse();
    expect(events.filter((event) => event === `${COMPLETE}`)).toHaveLength(5);
    expect(protocol.notes).toMatchObject([{ code: 'not-compressed' }]);
  });

  test('a server that insists on references to earlier messages refuses', async () => {
    const { near } = webSocketServer({ perMessageDeflate: { serverNoContextTakeover: false } }, echoInFragments);
    const conversation = new StreamClient(webSocketProtocol('20', { deflate: true }), near, 1).converse();
    await expect(conversation).rejects.toThrow(`event ${REFUSED_LAST}`);
  });
});

test('the app websocket agrees to compression, and echoes compressed messages', async () => {
  const [near, far] = duplexPair();
  onTestFinished(() => {
    near.destroy();
  });
  createApp({ timeLimits: { idleMs: 0, headerMs: 0, requestMs: 0 } }).adopt(far);
  const protocol = webSocketProtocol('1-300:0.7,50-70000', { deflate: true });
  const events = await new StreamClient(protocol, near, 40).converse();
  expect(events).toEqual([`${READY}`, ...Array(40).fill(`${COMPLETE}`)]);
  expect(protocol.notes).toEqual([]);
});
