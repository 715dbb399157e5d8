import { describe, expect, test } from 'vitest';
import { file, page, read, store } from './exchange-reading.ts';

test('without flags, the app decides what clients send', () => {
  expect(read({})).toEqual({ exchange: null, faults: [] });
  expect(read({}, page)).toEqual({ exchange: null, faults: [] });
});

describe('Redis requests', () => {
  test('have defaults where the URL is that of a Redis server', () => {
    expect(read({}, store).exchange).toEqual({
      ...{ protocol: 'redis', commands: 'GET {key}', keys: { count: 10_000, zipf: null }, resp: 2 },
    });
  });

  test.each<[string, Record<string, unknown>, object]>([
    ['commands', { 'redis-commands': ['PING:0.5', 'GET {key}:0.5'] }, { commands: 'PING:0.5,GET {key}:0.5' }],
    ['a number of keys', { keys: '1M' }, { keys: { count: 1e6, zipf: null } }],
    ['the usual exponent of Zipf', { 'key-distribution': 'zipf' }, { keys: { count: 10_000, zipf: 0.99 } }],
    ['an exponent', { 'key-distribution': 'zipf:1.5' }, { keys: { count: 10_000, zipf: 1.5 } }],
    ['version 3 of the protocol', { resp: '3' }, { resp: 3 }],
  ])('have %s', (_, argv, expected) => {
    const { exchange, faults } = read(argv);
    expect(faults).toEqual([]);
    expect(exchange).toMatchObject({ protocol: 'redis', ...expected });
  });
});

describe('a script', () => {
  test.each<[string, Record<string, unknown>, object]>([
    [
      'sends and expects text',
      { send: 'PING\\r\\n', expect: '+PONG\\r\\n' },
      { send: { text: 'PING\\r\\n' }, expect: { text: '+PONG\\r\\n' } },
    ],
    ['ends replies at a delimiter', { send: 'a', 'reply-until': '\\n' }, { end: { kind: 'until', text: '\\n' } }],
    ['ends replies after bytes', { send: 'a', 'reply-bytes': '7' }, { end: { kind: 'bytes', text: '7' } }],
    ['reads their length', { send: 'a', 'reply-length': 'u32be@0' }, { end: { kind: 'length', text: 'u32be@0' } }],
  ])('%s', (_, argv, step) => {
    const { exchange, faults } = read(argv);
    expect(faults).toEqual([]);
    expect(exchange).toEqual({
      ...{ protocol: 'script', login: [] },
      repeat: [{ send: { text: 'a' }, expect: null, end: null, ...step }],
    });
  });

  test('logs in, from a file, and results do not contain how', () => {
    const payload = file('payload', Uint8Array.of(1, 2));
    const script = file(
      'script',
      [
        '{"login": true, "until": "\\n"}',
        '{"login": true, "send": "AUTH secret\\r\\n", "expect": "+OK\\r\\n"}',
        `{"send": "@${payload}", "bytes": 5}`,
      ].join('\n'),
    );
    const { exchange, exchangeWithSecrets, faults } = read({ script });
    expect(faults).toEqual([]);
    expect(JSON.stringify(exchange)).not.toContain('secret');
    expect(exchangeWithSecrets).toEqual({
      protocol: 'script',
      login: [
        { send: { text: '' }, expect: null, end: { kind: 'until', text: '\n' } },
        { send: { text: 'AUTH secret\r\n' }, expect: { text: '+OK\r\n' }, end: null },
      ],
      repeat: [{ send: { base64: 'AQI=' }, expect: null, end: { kind: 'bytes', text: '5' } }],
    });
  });
});

describe('refused are', () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'flags of two protocols',
      { method: 'GET', send: 'a', expect: 'b' },
      ['--send: it is for a script, and --method for HTTP'],
    ],
    [
      'HTTP and an app that echoes',
      { body: 'x', app: 'echo' },
      ['--body: only HTTP requests have it: leave out --app'],
    ],
    ['an invalid method', { method: 'GE T' }, ["--method: 'GE T' is not an HTTP method"]],
    [
      'an invalid header',
      { header: ['no colon', 'Content-Length: 5'] },
      ["--header: 'no colon' is not", '--header: Content-Length'],
    ],
    ['an interim status', { 'expect-status': '100' }, ["--expect-status: '100' is not a final status"]],
    ['a missing file', { body: '@/no/such/file' }, ["--body: can't read '/no/such/file': there is no such file"]],
    ['a missing file of URLs', { urls: '/no/such/file' }, ["--urls: can't read '/no/such/file'"]],
    ['commands with bad weights', { 'redis-commands': 'PING:0.5' }, ["--redis-commands: the weights of 'PING:0.5'"]],
    ['no keys', { keys: '0' }, ["--keys: '0' is not a number of keys"]],
    ['another distribution', { 'key-distribution': 'normal' }, ["--key-distribution: 'normal' is not"]],
    ['a third version of RESP', { resp: '4' }, ["unknown version of RESP '4'"]],
    ['an unknown escape', { send: '\\q', expect: 'a' }, ["--send: '\\q' is not an escape"]],
    ['an unknown placeholder', { send: '{sequnce}', expect: 'a' }, ['--send: {sequnce} is not a placeholder']],
    ['two ends', { send: 'a', 'reply-bytes': '5', 'reply-until': 'x' }, ['--reply-bytes: a reply ends in one way']],
    ['an end without a beginning', { 'reply-bytes': '5' }, ['--send: what to send is missing']],
    ['a malformed length', { send: 'a', 'reply-length': 'u64be@0' }, ["--reply-length: 'u64be@0' is not a length"]],
  ])('%s', (_, argv, expected) => {
    const { faults } = read(argv);
    expect(faults).toHaveLength(expected.length);
    expected.forEach((fault, i) => {
      expect(faults[i]).toContain(fault);
    });
  });

  test('flags beside a file that contains what they say', () => {
    const urls = file('one', '/');
    expect(read({ urls, method: 'GET', body: 'x' }).faults).toEqual([
      expect.stringContaining('--method: the file of --urls contains'),
      expect.stringContaining('--body: the file of --urls contains'),
    ]);
    expect(read({ urls }, page).faults).toEqual([expect.stringContaining('--urls: the file contains the paths')]);
    const script = file('two', '{"send": "a", "expect": "b"}');
    expect(read({ script, expect: 'c' }).faults).toEqual([
      expect.stringContaining('--expect: the file of --script contains'),
    ]);
  });

  test('all faulty lines of a file of URLs at once', () => {
    const urls = file(
      'faulty',
      [
        'GET path',
        '/a 0',
        '{"path": "/b", "wieght": 2}',
        '{"method": "GET"}',
        '{"path": 5, "headers": {"a": 1}, "weight": -1}',
        '{"path": "/ö"}',
        '[]',
        '{',
        '/good',
        '{"path": "/c", "expectStatus": "99", "body": "@missing"}',
      ].join('\n'),
    );
    const { faults } = read({ urls });
    expect(faults.map((fault) => fault.replace(urls, 'F'))).toEqual([
      expect.stringContaining("--urls: F, line 1: 'GET path' is not a request"),
      expect.stringContaining("--urls: F, line 2: '0' is not a weight"),
      expect.stringContaining("--urls: F, line 3: unknown field 'wieght'; did you mean 'weight'?"),
      expect.stringContaining('--urls: F, line 4: path is missing'),
      expect.stringContaining('--urls: F, line 5: headers must be an object of texts'),
      expect.stringContaining('--urls: F, line 5: weight must be a number above 0'),
      expect.stringContaining("--urls: F, line 6: '/ö' is not a path"),
      expect.stringContaining("--urls: F, line 7: '[]' is not a request"),
      expect.stringContaining('--urls: F, line 8: is not JSON'),
      expect.stringContaining("--urls: F, line 10: body: can't read 'missing'"),
      expect.stringContaining("--urls: F, line 10: expectStatus: '99' is not"),
    ]);
    expect(read({ urls: file('empty', '# nothing\n') }).faults[0]).toContain('contains no request');
  });

  test('all faulty lines of a script at once', () => {
    const script = file(
      'faulty script',
      [
        '{"login": true, "send": "a", "expect": ""}',
        '{"login": true, "until": "x"}',
        '{"login": "yes", "send": "\\\\q", "until": "a", "bytes": 5}',
        '{"login": true, "send": "b", "length": "u8"}',
      ].join('\n'),
    );
    expect(read({ script }).faults.map((fault) => fault.replace(script, 'F'))).toEqual([
      expect.stringContaining('--script: F, line 1: expect is empty'),
      expect.stringContaining("--script: F, line 3: send: '\\q' is not an escape"),
      expect.stringContaining('--script: F, line 3: a reply ends in one way'),
      expect.stringContaining('--script: F, line 3: login must be true or false'),
      expect.stringContaining("--script: F, line 4: length: 'u8' is not a length"),
      expect.stringContaining('--script: F, line 2: only the first exchange of a login may send nothing'),
    ]);
    expect(read({ script: file('login only', '{"login": true, "until": "x"}') }).faults).toEqual([
      expect.stringContaining('contains no exchange to repeat'),
    ]);
  });
});
