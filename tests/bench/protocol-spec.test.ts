import { describe, expect, test } from 'vitest';
import { makeProtocol, type ProtocolSpec } from '../../bench/load/protocols/make-protocol.ts';
import type { Exchange, HttpRequestRecord } from '../../bench/model/exchange.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { type OperatingPoint, operatingPoint } from '../../bench/model/operating-point.ts';
import { type Destination, protocolSpec } from '../../bench/run/protocol-spec.ts';

const destination: Destination = { host: '127.0.0.1:8080', path: '/a' };
const scope = { connections: 1, firstConnection: 0, streamKey: { seed: 1 } };
const get: HttpRequestRecord = {
  ...{ method: 'GET', path: '/', headers: [], body: null, weight: 1, expectStatus: null, expectBody: null },
};
const http = (...requests: Partial<HttpRequestRecord>[]): Exchange => ({
  protocol: 'http',
  requests: requests.map((request) => ({ ...get, ...request })),
});

function specOf(point: Partial<OperatingPoint>, more: Partial<Destination> = {}): ProtocolSpec {
  return protocolSpec(operatingPoint(point), { ...destination, ...more });
}

/** Returns the first request that a protocol writes. */
function requestOf(spec: ProtocolSpec): string {
  const protocol = makeProtocol(spec, scope);
  const out = Buffer.alloc(protocol.longestRequest);
  return out.toString('latin1', 0, protocol.encode(0, 0, out, 0));
}

describe('without requests of the user’s own', () => {
  test.each<[string, Partial<OperatingPoint>, ProtocolSpec]>([
    ['an echo', { sizes: fixedSize(9) }, { kind: 'echo', sizes: fixedSize(9) }],
    ['an upload', { app: 'discard', workload: 'upload' }, { kind: 'echo', sizes: fixedSize(64) }],
    ['a handshake with an HTTP server', { app: 'http', workload: 'handshake' }, { kind: 'echo', sizes: fixedSize(64) }],
    [
      'a WebSocket',
      { app: 'websocket' },
      {
        kind: 'websocket',
        exchange: { host: '127.0.0.1:8080', path: '/a', sizes: fixedSize(64), text: false, deflate: false },
      },
    ],
    [
      'a WebSocket with text',
      { app: 'websocket', websocketMessage: 'text', deflate: true },
      {
        kind: 'websocket',
        exchange: { host: '127.0.0.1:8080', path: '/a', sizes: fixedSize(64), text: true, deflate: true },
      },
    ],
    [
      'a page',
      { app: 'http' },
      {
        kind: 'http',
        exchange: {
          host: '127.0.0.1:8080',
          requests: [{ method: 'GET', path: '/a', headers: [], weight: 1 }],
          keepAlive: true,
        },
      },
    ],
  ])('%s', (_, point, spec) => expect(specOf(point)).toEqual(spec));

  test('a known page is expected', () => {
    const spec = specOf({ app: 'http' }, { pages: ['é'] });
    expect(spec).toMatchObject({ exchange: { requests: [{ expectBody: Uint8Array.of(0xe9) }] } });
  });
});

describe('HTTP requests', () => {
  test('are written with method, headers and body', () => {
    const exchange = http({ method: 'PUT', path: '/b', headers: [['A', 'b']], body: { base64: 'AQI=' } });
    const head = 'PUT /b HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nA: b\r\nContent-Length: 2\r\n\r\n';
    expect(requestOf(specOf({ app: 'http', exchange }))).toBe(`${head}\x01\x02`);
  });

  test('close their connections where each has its own', () => {
    expect(requestOf(specOf({ app: 'http', connection: 'per-request' }))).toContain('Connection: close');
  });

  test('contain the secrets that the point does not', () => {
    const point = operatingPoint({ app: 'http', exchange: http({ headers: [['Authorization', null]] }) });
    const secret = http({ headers: [['Authorization', 'Basic eA==']] });
    expect(requestOf(protocolSpec(point, destination, secret))).toContain('Authorization: Basic eA==');
  });

  test('expect what the user gave, or else the page', () => {
    const exchange = http({ expectBody: { text: 'own' } }, { expectBody: 'same' }, { expectStatus: '404,5xx' });
    const spec = specOf({ app: 'http', exchange }, { pages: ['one', 'two', null] });
    expect(spec).toMatchObject({
      exchange: {
        requests: [
          { expectBody: Uint8Array.from(Buffer.from('own')) },
          { expectBody: Uint8Array.from(Buffer.from('two')) },
          { expectStatus: expect.arrayContaining([404, 500, 599]) },
        ],
      },
    });
    expect(specOf({ app: 'http', exchange })).toMatchObject({
      exchange: { requests: [{}, { expectBody: 'same' }, {}] },
    });
  });
});

describe('Redis requests', () => {
  const exchange: Exchange = { protocol: 'redis', commands: 'GET {key}', keys: { count: 1, zipf: 2 }, resp: 2 };

  test('log in as the URL says', () => {
    const redis = { user: 'me', password: 'secret', database: 3 };
    const spec = specOf({ exchange }, { redis });
    expect(spec).toMatchObject({ kind: 'redis', exchange: { ...redis, keys: { count: 1, zipf: 2 }, resp: 2 } });
    expect(requestOf(spec)).toBe('*2\r\n$3\r\nGET\r\n$16\r\nkey:000000000000\r\n');
  });
});

describe('a script', () => {
  const step = { send: { text: '{sequence}\\n' }, expect: { base64: 'DQo=' }, end: null };
  const script = (...repeat: (typeof step | { send: null; expect: null; end: { kind: 'until'; text: string } })[]) =>
    ({ protocol: 'script', login: [], repeat }) as Exchange;

  test('parses texts, and takes files as they are', () => {
    expect(specOf({ exchange: script(step) })).toEqual({
      kind: 'script',
      script: {
        login: [],
        repeat: [
          {
            send: [
              { kind: 'value', name: 'sequence', size: 0 },
              { kind: 'bytes', bytes: Uint8Array.of(10) },
            ],
            expect: [{ kind: 'bytes', bytes: Uint8Array.of(13, 10) }],
            end: { kind: 'expected' },
          },
        ],
      },
    });
  });

  test.each([
    ['until', '\\r\\n', { kind: 'until', delimiter: Uint8Array.of(13, 10) }],
    ['bytes', '5', { kind: 'bytes', count: 5 }],
    ['length', 'u16le@2', { kind: 'length', form: 'u16le', at: 2 }],
  ] as const)('ends replies by %s', (kind, text, end) => {
    const exchange = { protocol: 'script', login: [], repeat: [{ ...step, end: { kind, text } }] } as const;
    expect(specOf({ exchange })).toMatchObject({ script: { repeat: [{ end }] } });
  });

  test('over UDP, a reply ends with its datagram', () => {
    const spec = specOf({ transport: 'udp', exchange: script(step) });
    expect(spec).toMatchObject({ script: { repeat: [{ end: { kind: 'datagram' } }] } });
  });
});
