import { createServer, type IncomingMessage, request } from 'node:http';
import { type Duplex, duplexPair } from 'node:stream';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { HttpProtocol } from '../../../bench/load/protocols/http.ts';
import {
  type ClientProtocol,
  COMPLETE,
  MORE,
  NO_REQUEST,
  READY,
  RESPOND,
} from '../../../bench/load/protocols/protocol.ts';
import { WebSocketProtocol } from '../../../bench/load/protocols/websocket.ts';
import { parseSizes } from '../../../bench/model/message-sizes.ts';
import { seeded } from '../../seeded.ts';
import { latin, scope, take } from './talk.ts';

// Our protocols against Node's HTTP and the library ws, in memory.

/** A client on a stream in memory, with one request in flight. */
class StreamClient {
  readonly events: string[] = [];
  readonly #protocol: ClientProtocol;
  readonly #stream: Duplex;
  readonly #out: Buffer;
  readonly #requests: number;
  #sequence = NO_REQUEST;

  /** @param requests number of requests to send. */
  constructor(protocol: ClientProtocol, stream: Duplex, requests: number) {
    this.#protocol = protocol;
    this.#stream = stream;
    this.#requests = requests;
    this.#out = Buffer.alloc(protocol.longestRequest);
    protocol.reset(0);
    this.#write(protocol.greet(0, this.#out, 0));
    if (!protocol.greets) this.#send();
  }

  /** Exchanges bytes with the server at the other end of the stream until all requests are complete. */
  converse(): Promise<string[]> {
    return new Promise((resolve, reject) => {
      this.#stream.on('error', reject);
      this.#stream.on('close', () => reject(new Error(`closed after ${this.events}`)));
      this.#stream.on('data', (bytes: Buffer) => {
        try {
          this.#receive(bytes);
        } catch (error) {
          reject(error);
        }
        if (this.#sequence === this.#requests) resolve(this.events);
      });
    });
  }

  #receive(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      at = this.#protocol.consume(0, this.#sequence, bytes, at, bytes.length);
      const { event, faults, fault } = this.#protocol;
      if (event === MORE) return;
      this.events.push(`${event}`);
      if (event === COMPLETE || event === READY) this.#send();
      else if (event === RESPOND) this.#write(this.#protocol.respond?.(0, this.#out, 0) ?? 0);
      else throw new Error(`event ${event}: ${faults[fault]}`);
    }
  }

  #send(): void {
    if (++this.#sequence < this.#requests) this.#write(this.#protocol.encode(0, this.#sequence, this.#out, 0));
  }

  #write(length: number): void {
    this.#stream.write(Buffer.from(this.#out.subarray(0, length)));
  }
}

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

test.each([
  ['3,100-70000:0.2', false],
  ['20-200', true],
])('the library ws accepts the frames, and the protocol its pings and fragments: %s', async (sizes, isText) => {
  const webSockets = new WebSocketServer({ noServer: true });
  const server = createServer();
  server.on('upgrade', (incoming, stream, head) => {
    webSockets.handleUpgrade(incoming, stream, head, (client) => {
      client.on('message', (message: Buffer, binary) => {
        const middle = message.length >> 1;
        client.send(message.subarray(0, middle), { binary, fin: false });
        client.ping('still there?');
        client.send(message.subarray(middle), { binary, fin: true });
      });
    });
  });
  const [near, far] = duplexPair();
  onTestFinished(() => {
    near.destroy();
  });
  server.emit('connection', far);
  const exchange = { host: 'a', path: '/', sizes: parseSizes(sizes), text: isText };
  const events = await new StreamClient(new WebSocketProtocol(exchange, scope), near, 50).converse();
  expect(events).toEqual([
    `${READY}`,
    ...Array(50)
      .fill([`${RESPOND}`, `${COMPLETE}`])
      .flat(),
  ]);
});
