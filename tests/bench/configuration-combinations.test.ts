import { describe, expect, test } from 'vitest';
import type { RunConfiguration } from '../../bench/model/configuration.ts';
import { configurationFaults } from '../../bench/model/configuration-faults.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import {
  address,
  asynchronous,
  chat,
  get,
  group,
  http,
  inStages,
  page,
  ping,
  redis,
  secureHttp,
  secureHttpLoad,
  step,
  tcp,
  three,
  until,
} from './combined-loads.ts';
import { configuration } from './configurations.ts';

/** Selects faults other than those about the app of a workload, which is not part of the combination under test. */
const otherThanApp = (fault: string) => !/^workload: \w+ is made for/.test(fault);

describe('combinations', () => {
  test.each<[string, Partial<RunConfiguration>]>([
    ['a rate that starts at zero and rises', { rate: 0, ...inStages([30, 1000]) }],
    ['a rate that ends at zero', { rate: 10, ...inStages([30, 1000], [5, 0]) }],
    ['stages of connections', inStages([10, 100], [0, 200], [10, 1])],
    ['24 hours of stages', { rate: 1, ...inStages([86_400, 1]) }],
    ['Poisson arrivals at a rate', { rate: 1, arrivals: 'poisson' }],
    ['a single request', { requests: 1 }],
    ['the maximum number of requests', { requests: 1e12 }],
    ['a connection for each request', { ...tcp, connection: 'per-request' }],
    ['a connection for each request at a rate', { ...tcp, connection: 'per-request', rate: 5 }],
    ['an upload', { workload: 'upload' }],
    ['http over TLS', secureHttp],
    ['http at a rate, with new connections', { ...http, rate: 5, connection: 'per-request' }],
    ['http in stages of connections', { ...http, ...inStages([1, 5]), connections: [1] }],
    ['a number of pipelined http requests', { ...http, requests: 5, pipelining: 4 }],
    ['http of several targets over TLS', { ...group(asynchronous, asynchronous), ...secureHttpLoad }],
    ['several targets over TLS', { ...group(asynchronous, asynchronous), transports: ['tls'] }],
    ['a script against an app for manual use', { ...tcp, app: 'ack', exchange: ping, connection: 'per-request' }],
    ['a script over UDP', { transports: ['udp'], exchange: { ...ping, repeat: [{ ...step, expect: null }] } }],
    ['commands for a Redis server', { ...tcp, exchange: redis, targets: [address('tcp')], rate: 5 }],
    [
      'handshakes with an HTTP server, a fixed number at a rate',
      { ...secureHttp, workload: 'handshake', rate: 5, requests: 9 },
    ],
    [
      'an upload of datagrams, a fixed number at a rate',
      { workload: 'upload', transports: ['udp'], rate: 5, requests: 9 },
    ],
    ['a download', { ...tcp, workload: 'download' }],
    ['targets that share a load', { ...three, connections: [3], rate: 5 }],
    ['more targets than connections for single requests', { ...three, connections: [1], connection: 'per-request' }],
    ['targets whose connections come in stages', { ...three, ...inStages([10, 3]), connections: [1] }],
    ['datagrams of all permitted sizes', { sizes: [{ from: 8, to: 65_507, share: 1 }] }],
    ['a chat of two clients with the shortest lines', { ...chat, connections: [2], sizes: fixedSize(17) }],
    ['a chat of many clients with the longest lines', { ...chat, connections: [1024], sizes: fixedSize(65_536) }],
    ['a chat at a rate in stages, pipelined', { ...chat, rate: 5, pipelining: 4, ...inStages([1, 9]) }],
    ['messages of all permitted sizes', { ...tcp, sizes: [{ from: 1, to: 2 ** 24, share: 1 }] }],
  ])('that are valid: %s', (_, variation) => {
    expect(configurationFaults({ ...configuration, ...variation }).filter(otherThanApp)).toEqual([]);
  });

  test.each<[string, Partial<RunConfiguration>, string[]]>([
    ['a rate without connections', { rate: 5, connections: [0] }, ['connections: a rate needs at least one']],
    ['a rate of zero', { rate: 0 }, ['rate: 0 is not above 0']],
    ['a rate above the limit', { rate: 1e8 + 1 }, ['rate: 100000001 is not']],
    ['Poisson arrivals without a rate', { arrivals: 'poisson' }, ['arrivals: poisson has no effect without a rate']],
    [
      'stages of a rate that stay at zero',
      { rate: 0, ...inStages([1, 0]) },
      ['stage: at least one target must be above 0'],
    ],
    ['a stage above the highest rate', { rate: 1, ...inStages([1, 1e8 + 1]) }, ['stage: 100000001 is not from 0']],
    ['a stage of zero connections', inStages([1, 0]), ['stage: 0 is not a whole number of connections']],
    ['a stage of half a connection', inStages([1, 1.5]), ['stage: 1.5 is not a whole number of connections']],
    [
      'a stage of too many connections',
      inStages([1, 1_000_001]),
      ['stage: 1000001 is not a whole number of connections'],
    ],
    [
      'stages that start at several numbers of connections',
      { ...inStages([1, 5]), connections: [1, 16] },
      ['connections: stages begin at one number of connections, not at 1, 16'],
    ],
    ['a single target to select from', group(asynchronous), ['select: one target leaves nothing to choose']],
    ['too many targets', group(...new Array(65).fill(asynchronous)), ['select: 65 targets', 'connections: 4 for 65']],
    ['more targets than connections', { ...three, connections: [2] }, ['connections: 2 for 3 targets']],
    [
      'a target of another transport',
      group(asynchronous, address('udp')),
      ['target udp://127.0.0.1:7 speaks udp only'],
    ],
    ['work for a target that is not built in', { ...three, work: 'cpu:5us' }, ['work: a server that is not']],
    [
      'a one-way workload with several targets',
      { ...group(asynchronous, asynchronous), workload: 'upload', app: 'discard' },
      ['select: upload has no requests'],
    ],
    [
      'a chat with several targets',
      { ...chat, ...group(asynchronous, asynchronous) },
      ['select: all clients of a chat connect'],
    ],
    ['stages without any time', { rate: 1, ...inStages([0, 5]) }, ['stage: no stage has a duration above 0']],
    [
      'stages of negative duration',
      { rate: 1, ...inStages([-1, 5], [2, 5]) },
      ['stage: a duration must not be negative'],
    ],
    [
      'stages of more than a day',
      { rate: 1, ...inStages([86_401, 5]) },
      ['stage: together, the stages last longer than 24 h'],
    ],
    [
      'too many stages',
      { rate: 1, ...inStages(...Array.from({ length: 1001 }, () => [1, 1] as const)) },
      ['stage: 1001 stages are more'],
    ],
    ['stages and a different duration', { rate: 1, ...inStages([1, 5]), durationMs: 5 }, ['duration: the stages set']],
    ['zero requests', { requests: 0 }, ['requests: 0 is not']],
    ['more requests than the limit', { requests: 1e12 + 1 }, ['requests: 1000000000001 is not']],
    ['a connection for each datagram', { connection: 'per-request' }, ['connection: per-request is for tcp only']],
    [
      'pipelining with a connection for each request',
      { ...tcp, connection: 'per-request', pipelining: 2 },
      ['connection: per-request sends one request'],
    ],
    [
      'a connection for each request of an upload stream',
      { ...tcp, connection: 'per-request', workload: 'upload' },
      ["connection: per-request can't be combined with upload"],
    ],
    ['a download over UDP', { workload: 'download' }, ['workload: download is for tcp only']],
    ['a one-way workload with pipelining', { workload: 'upload', pipelining: 2 }, ['pipelining: upload has no']],
    ['a stream at a rate', { workload: 'upload', rate: 5 }, ['rate: a TCP upload is a stream']],
    [
      'a stream with a number of requests',
      { ...tcp, workload: 'download', requests: 5 },
      ['requests: a TCP download is a'],
    ],
    [
      'a chat of one client',
      { ...chat, connections: [2, 1] },
      ['connections: a chat is measured with 2 to 1024 clients, not with 1'],
    ],
    ['a chat of too many clients', { ...chat, connections: [1025] }, ['clients, not with 1025']],
    [
      'a chat over UDP',
      { ...chat, transports: ['udp'] },
      ['workload: broadcast is for tcp only', 'chat is not available', 'chat is'],
    ],
    ['a chat over TLS', { ...chat, transports: ['tls'] }, ['workload: broadcast is for tcp only']],
    [
      'a chat with new connections',
      { ...chat, connection: 'per-request' },
      ['connection: chat clients keep their connections'],
    ],
    [
      'a chat with lines too short',
      { ...chat, sizes: fixedSize(16) },
      ['size: all lines of a chat have one size, from 17'],
    ],
    ['a chat with lines too long', { ...chat, sizes: fixedSize(65_537) }, ['size: all lines of a chat']],
    ['a chat with lines of several sizes', { ...chat, sizes: [{ from: 64, to: 65, share: 1 }] }, ['size: all lines']],
    [
      'a chat in stages of connections',
      { ...chat, ...inStages([1, 9]) },
      ['stage: the number of chat clients is constant'],
    ],
    ['a chat of several threads', { ...chat, threads: 2 }, ['threads: one thread runs all chat clients']],
    ['a chat with work', { ...chat, work: 'cpu:1us' }, ['work: a chat forwards lines']],
    [
      'http over UDP',
      { ...http, transports: ['udp'] },
      ['http is not available over udp', 'http is not', 'http is not'],
    ],
    ['Redis and a built-in server', { ...tcp, exchange: redis }, ['model: no built-in server speaks Redis']],
    [
      'Redis over UDP',
      { transports: ['udp'], exchange: redis, targets: [address('udp')] },
      ['transport: Redis is served over streams'],
    ],
    [
      'Redis with the URL of a page',
      { ...http, exchange: redis, targets: [page] },
      ['target: http://127.0.0.1:7/ names'],
    ],
    [
      'a script with an upload',
      { exchange: ping, workload: 'upload' },
      ['workload: upload sends no requests of a script'],
    ],
    ['a script with work', { ...tcp, exchange: ping, work: 'cpu:5us' }, ['work: a built-in server cannot find']],
    [
      'a script without an end',
      { ...tcp, exchange: { ...ping, repeat: [{ ...step, expect: null }] } },
      ['send: the end of the reply is unknown'],
    ],
    [
      'a script over UDP with an end, a login and pipelining',
      {
        transports: ['udp'],
        exchange: { ...ping, login: [step], repeat: [{ ...step, end: until }] },
        pipelining: 2,
      },
      [
        'reply-until: over udp a reply is one datagram',
        'script: over udp there is no',
        'pipelining: over udp the reply',
      ],
    ],
    [
      'targets with different paths, and requests from flags',
      {
        ...http,
        exchange: get,
        ...group(page, { ...page, url: 'http://127.0.0.1:7/a', http: { host: '127.0.0.1:7', path: '/a' } }),
      },
      ['select: all targets get the requests that flags choose'],
    ],
    [
      'an echo of text messages',
      { websocketMessage: 'text' },
      ['websocket-message: only messages of websocket have a type'],
    ],
    ['an echo with compression', { deflate: true }, ['deflate: only messages of websocket are compressed']],
    [
      'an HTTP address with the app echo',
      { ...tcp, targets: [page] },
      ['target http://127.0.0.1:7/ speaks http: leave out'],
    ],
    [
      'mixed sizes with too long a datagram',
      { sizes: [{ from: 8, to: 65_508, share: 1 }] },
      ['size: 8 to 65508 bytes over'],
    ],
    [
      'mixed sizes with too short a datagram',
      { sizes: [{ from: 7, to: 8, share: 1 }] },
      ['size: 7 to 8 bytes over UDP'],
    ],
    ['an empty message', { ...tcp, sizes: fixedSize(0) }, ['size: messages hold 1 to 16777216 bytes']],
    ['a message too long', { ...tcp, sizes: fixedSize(2 ** 24 + 1) }, ['size: messages hold 1 to 16777216 bytes']],
    ['a range with its ends swapped', { ...tcp, sizes: [{ from: 9, to: 8, share: 1 }] }, ['size: messages hold']],
    ['shares whose sum is less than one', { ...tcp, sizes: [{ from: 9, to: 9, share: 0.5 }] }, ['size: shares must']],
  ])('that are invalid: %s', (_, variation, expected) => {
    const faults = configurationFaults({ ...configuration, ...variation }).filter(otherThanApp);
    expect(faults).toHaveLength(expected.length);
    expected.forEach((fault, i) => {
      expect(faults[i]).toContain(fault);
    });
  });

  test('have all their faults reported together', () => {
    const faults = configurationFaults({
      ...configuration,
      workload: 'download',
      connection: 'per-request',
      pipelining: 2,
      rate: 5,
      requests: 0,
      ...inStages([0, 1e9]),
    });
    expect(faults.filter(otherThanApp).map((fault) => fault.split(':')[0])).toEqual([
      ...['stage', 'stage', 'workload', 'pipelining', 'connection', 'rate', 'requests'],
      ...['connection', 'connection', 'requests'],
    ]);
  });
});
