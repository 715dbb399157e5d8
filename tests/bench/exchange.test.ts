import { describe, expect, test } from 'vitest';
import { bytesOf, type Exchange, exchangeSchema, isPlainGet, withoutSecrets } from '../../bench/model/exchange.ts';
import { isExpectedStatus, parseStatuses } from '../../bench/model/exchange-statuses.ts';
import { resultSchema } from '../../bench/model/result.ts';
import { result, trial } from '../reports/results.ts';

const get = { method: 'GET', path: '/', headers: [], body: null, weight: 1, expectStatus: null, expectBody: null };
const http = (request: object): Exchange =>
  exchangeSchema.parse({ protocol: 'http', requests: [{ ...get, ...request }] });

test.each<[string, Exchange]>([
  [
    'HTTP',
    http({
      headers: [
        ['A', 'b'],
        ['Cookie', null],
      ],
      body: { base64: '/w==' },
      expectBody: 'same',
    }),
  ],
  ['Redis', { protocol: 'redis', commands: 'PING', keys: { count: 5, zipf: 0.99 }, resp: 3 }],
  [
    'a script',
    {
      protocol: 'script',
      login: [{ send: null, expect: { text: '+OK\\r\\n' }, end: null }],
      repeat: [{ send: { text: 'PING' }, expect: null, end: { kind: 'until', text: '\\n' } }],
    },
  ],
])('a result with requests of %s is read as it was written', (_, exchange) => {
  const written = result({ trials: [{ ...trial(), exchange }] });
  const read = resultSchema.parse(JSON.parse(JSON.stringify(written)));
  expect(read).toEqual(written);
});

test('results of earlier versions have none', () => {
  const { exchange: _, ...old } = trial();
  expect(resultSchema.parse({ ...result(), trials: [old] }).trials[0]?.exchange).toBeNull();
});

test.each(['Authorization', 'proxy-authorization', 'Cookie', 'X-Auth-Token', 'x-api-key'])('%s is a secret', (name) => {
  expect(
    withoutSecrets(
      http({
        headers: [
          [name, 'x'],
          ['Accept', 'y'],
        ],
      }),
    ),
  ).toEqual(
    http({
      headers: [
        [name, null],
        ['Accept', 'y'],
      ],
    }),
  );
});

describe('statuses', () => {
  test('are numbers and classes', () => {
    expect(parseStatuses('404,200,404')).toEqual([404, 200]);
    const class2 = parseStatuses('2xx');
    expect([class2.length, class2[0], class2.at(-1)]).toEqual([100, 200, 299]);
  });

  test.each(['', '20', '101', '1xx', '2x', '2xx,', 'ok'])('%j is refused', (text) => {
    expect(() => parseStatuses(text)).toThrow(RangeError);
  });

  test.each<[number, Exchange | null, boolean]>([
    [204, null, true],
    [404, null, false],
    [404, http({ expectStatus: '404' }), true],
    [200, http({ expectStatus: '404' }), false],
    [200, http({}), true],
  ])('%i of %o: expected %s', (status, exchange, expected) =>
    expect(isExpectedStatus(exchange, status)).toBe(expected),
  );
});

test('only a plain GET is answered by every server', () => {
  expect(isPlainGet(http({ path: '/a', headers: [['A', 'b']] }))).toBe(true);
  for (const other of [{ method: 'POST' }, { expectStatus: '404' }, { expectBody: 'same' }]) {
    expect(isPlainGet(http(other))).toBe(false);
  }
});

test('contents are the bytes of a text in UTF-8, or those of base64', () => {
  expect([...bytesOf({ text: 'é' })]).toEqual([0xc3, 0xa9]);
  expect([...bytesOf({ base64: 'AP8=' })]).toEqual([0, 255]);
});
