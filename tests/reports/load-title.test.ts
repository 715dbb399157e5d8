import { expect, test } from 'vitest';
import { type Exchange, exchangeSchema } from '../../bench/model/exchange.ts';
import type { Trial } from '../../bench/model/trial.ts';
import { loadTitle } from '../../reports/tables/load-title.ts';
import { trial } from './results.ts';
import { targetsRun } from './runs.ts';

const share = (from: number, part: number, to = from) => ({ from, to, share: part });
const stages = [
  { seconds: 30, target: 1000 },
  { seconds: 0.5, target: 0 },
];

const get = { method: 'GET', path: '/', headers: [], body: null, weight: 1, expectStatus: null, expectBody: null };
const http = (...requests: object[]): Exchange =>
  exchangeSchema.parse({ protocol: 'http', requests: requests.map((request) => ({ ...get, ...request })) });
const step = { send: { text: 'PING\\r\\n' }, expect: null, end: null };

test.each<[string, Partial<Trial>, string]>([
  ['a plain load', {}, 'TCP: echo, request-response, 64 B'],
  ['pooled connections, the default', { connection: 'pooled', stages: [] }, 'TCP: echo, request-response, 64 B'],
  ['handshakes without a size', { workload: 'handshake' }, 'TCP: echo, handshake'],
  [
    'text messages',
    { app: 'websocket', websocketMessage: 'text', deflate: true },
    'TCP: websocket, request-response, 64 B, text messages, deflated',
  ],
  ['pipelining', { pipelining: 8 }, 'TCP: echo, request-response, 64 B, 8 in flight on each connection'],
  [
    'a connection for each request',
    { connection: 'per-request' },
    'TCP: echo, request-response, 64 B, a connection for each request',
  ],
  ['a range of sizes', { sizes: [share(64, 1, 2048)] }, 'TCP: echo, request-response, 64 B to 2.00 KiB'],
  [
    'mixed sizes',
    { sizes: [share(64, 0.995), share(128, 0.005, 256)] },
    'TCP: echo, request-response, 99.5 % 64 B + 0.5 % 128 B to 256 B',
  ],
  [
    'many mixed sizes',
    { sizes: [1, 2, 3, 4, 5].map((size) => share(size, 0.2)) },
    'TCP: echo, request-response, 20 % 1 B + 20 % 2 B + 20 % 3 B + 20 % 4 B + … (5 sizes)',
  ],
  [
    'connections distributed over targets',
    { select: 'p2c', targets: targetsRun().trials[0]?.targets },
    'TCP: echo, request-response, 64 B, target for each connection selected by p2c',
  ],
  [
    'arrivals distributed over targets',
    { select: 'random', targets: targetsRun().trials[0]?.targets, rate: 500 },
    'TCP: echo, request-response, 64 B, 500 requests/s offered, target for each request selected by random',
  ],
  [
    'targets for single requests',
    { select: 'random', targets: targetsRun().trials[0]?.targets, connection: 'per-request' },
    'TCP: echo, request-response, 64 B, a connection for each request, target for each request selected by random',
  ],
  ['a rate', { rate: 500, arrivals: 'constant' }, 'TCP: echo, request-response, 64 B, 500 requests/s offered'],
  [
    'a ramp of Poisson arrivals',
    { rate: 500, arrivals: 'poisson', stages },
    'TCP: echo, request-response, 64 B, 500 requests/s offered on average as Poisson arrivals, rate → 1.00k in 30 s → 0 in 500 ms',
  ],
  ['a ramp of connections', { stages }, 'TCP: echo, request-response, 64 B, connections → 1.00k in 30 s → 0 in 500 ms'],
  ['a CPU limit', { cpus: 1 }, 'TCP: echo, request-response, 64 B, server on 1 CPU'],
  ['HTTP pages', { app: 'http' }, 'TCP: http, request-response'],
  [
    'an HTTP request with a body',
    { app: 'http', exchange: http({ method: 'POST', path: '/a', body: { text: 'é' } }) },
    'TCP: http, request-response, POST /a, 2 B of body',
  ],
  [
    'kinds of HTTP requests',
    { app: 'http', exchange: http({}, {}) },
    'TCP: http, request-response, 2 kinds of requests',
  ],
  [
    'Redis commands with values',
    { exchange: { protocol: 'redis', commands: 'SET {key} {value}', keys: { count: 10_000, zipf: 0.99 }, resp: 3 } },
    'TCP: redis, request-response, SET {key} {value}, 10.0k keys (Zipf 0.99), RESP3, values of 64 B',
  ],
  [
    'a Redis command without arguments',
    { exchange: { protocol: 'redis', commands: 'PING', keys: { count: 9, zipf: null }, resp: 2 } },
    'TCP: redis, request-response, PING',
  ],
  [
    'a script with a login',
    { exchange: { protocol: 'script', login: [step], repeat: [step] } },
    "TCP: script, request-response, 'PING\\r\\n' → any reply, after a login of 1 exchange",
  ],
  [
    'a script with files',
    {
      exchange: {
        protocol: 'script',
        login: [],
        repeat: [{ ...step, send: { base64: 'AQI=' }, expect: { text: 'x' } }],
      },
    },
    "TCP: script, request-response, 2 B of a file → 'x'",
  ],
  ['handshakes with an HTTP server', { app: 'http', workload: 'handshake' }, 'TCP: http, handshake'],
  [
    'a download without a size',
    { app: 'chargen', workload: 'download' },
    'TCP: chargen, download, decimal units (1 GB is 1,000,000,000 bytes)',
  ],
])('%s', (_, variation, title) => expect(loadTitle('tcp', null, { ...trial(), ...variation })).toBe(title));

test('one-way datagrams at a rate have a size, and a stream has none', () => {
  const upload: Trial = { ...trial(), workload: 'upload' };
  expect(loadTitle('udp', null, { ...upload, rate: 500 })).toBe(
    'UDP: echo, upload, 64 B, 500 datagrams/s offered, decimal units (1 GB is 1,000,000,000 bytes)',
  );
  expect(loadTitle('tcp', null, upload)).toBe('TCP: echo, upload, decimal units (1 GB is 1,000,000,000 bytes)');
});

test('the title without trials is the transport and the work', () => {
  expect(loadTitle('udp', null, undefined)).toBe('UDP');
  expect(loadTitle('tcp', 'cpu:1ms', undefined)).toBe('TCP: work cpu:1ms');
});

test('the work comes last in the title', () => {
  expect(loadTitle('tcp', 'io:5ms (80 % cache hits)', trial())).toBe(
    'TCP: echo, request-response, 64 B, work io:5ms (80 % cache hits)',
  );
});
