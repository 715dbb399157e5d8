import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { converse, statuses } from './http-replies.ts';
import { answered, chunked, GET, old, refused, request } from './http-requests.ts';

const HEADERS = 'HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n';
const PAGE = `${HEADERS}\r\nHello, World!`;

test('GET gets the whole page and HEAD its headers, with a date', () => {
  expect(converse([GET])).toEqual({ text: PAGE, ended: false });
  expect(converse([GET.replace('GET', 'HEAD')])).toEqual({ text: `${HEADERS}\r\n`, ended: false });
});

test.each<[string, string, string, boolean]>([
  ['HTTP/1.1 stays open', request(), '', false],
  ['HTTP/1.1 closes on Connection: close', request('Connection: close'), 'Connection: close\r\n', true],
  ['close is recognised in a list and in capitals', request('Connection: x, CLOSE ,'), 'Connection: close\r\n', true],
  [
    'close is recognised in the second of two lines',
    request('Connection: x', 'connection: close'),
    'Connection: close\r\n',
    true,
  ],
  ['close has precedence over keep-alive', request('Connection: close, keep-alive'), 'Connection: close\r\n', true],
  ['a word that contains close is ignored', request('Connection: closed, not close'), '', false],
  ['HTTP/1.0 closes', old(), 'Connection: close\r\n', true],
  ['HTTP/1.0 stays open on Connection: keep-alive', old('Connection: Keep-Alive'), 'Connection: keep-alive\r\n', false],
  ['HTTP/1.2 is answered like HTTP/1.1', request().replace('1.1', '1.2'), '', false],
])('%s', (_, sent, header, ended) => {
  expect(converse([sent])).toEqual({ text: `${HEADERS}${header}\r\nHello, World!`, ended });
});

test.each(answered)('answers %s', (_, sent, expected) => {
  expect(statuses(converse([sent]))).toEqual(expected);
});

test('100 Continue is sent before the body, and the reply after it', () => {
  const head = request('Content-Length: 2', 'Expect: 100-continue');
  expect(converse([head])).toEqual({ text: 'HTTP/1.1 100 Continue\r\n\r\n', ended: false });
  expect(converse([head, 'ab'])).toEqual({ text: `HTTP/1.1 100 Continue\r\n\r\n${PAGE}`, ended: false });
});

test('405 lists the allowed methods', () => {
  expect(converse([request().replace('GET', 'DELETE')]).text).toContain('\r\nAllow: GET, HEAD\r\n');
});

test.each(refused)('refuses %s after the replies before it, and closes', (_, sent, status) => {
  const replies = converse([GET + sent + GET]);
  expect({ statuses: statuses(replies), ended: replies.ended }).toEqual({ statuses: [200, status], ended: true });
  expect(replies.text).toMatch(/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n$/);
});

test('a head of 16 KiB is accepted, and one byte more is refused', () => {
  const fill = 'x'.repeat(16_384 - request('X: ').length);
  expect(statuses(converse([request(`X: ${fill}`)]))).toEqual([200]);
  expect(statuses(converse([request(`X: ${fill}x`)]))).toEqual([431]);
});

describe('the client’s FIN', () => {
  test.each([
    ['before any request', []],
    ['between requests', [200]],
  ])('%s is answered with FIN', (_, before) => {
    expect(statuses(converse(before.length > 0 ? [GET] : [], { finish: true }))).toEqual(before);
  });

  test.each([
    ['GET'],
    ['GET / HTTP/1.1\r\nHost: a\r\n'],
    [`${request('Content-Length: 5')}1234`],
    [chunked('1\r\na\r\n')],
  ])('within a request is refused with 400: %j', (sent) => {
    expect(converse([sent], { finish: true })).toMatchObject({ text: expect.stringContaining(' 400 '), ended: true });
  });
});

/** Requests of every kind, some of them faulty. */
const messages = [
  GET,
  `\r\n${GET}`,
  GET.replace('GET', 'HEAD'),
  `${request('Content-Length: 12').replace('GET', 'POST')}GET / HTTP/1`,
  chunked('5;a=b\r\nGET /\r\n', '0\r\nX: y\r\n\r\n'),
  `${request('Expect: 100-continue', 'Content-Length: 3')}abc`,
  request('Connection: x, keep-alive , y'),
  old('Connection: keep-alive'),
  old(),
  request('Content-Length: 1', 'Transfer-Encoding: chunked'),
  request('Transfer-Encoding: gzip, chunked'),
  'BREW / HTTP/1.1\r\nHost: a\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\n',
  chunked('2\r\nabc'),
];

test('the replies are the same however the bytes are split', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...messages), { minLength: 1, maxLength: 6 }),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }),
      (parts, cuts) => {
        const sent = parts.join('');
        const whole = converse([sent]);
        const at = [0, ...cuts.map((cut) => Math.floor(cut * sent.length)), sent.length].sort((a, b) => a - b);
        expect(converse(at.slice(1).map((end, i) => sent.slice(at[i], end)))).toEqual(whole);
        expect(converse([...sent])).toEqual(whole);
      },
    ),
  );
});

test('any input is either answered or refused', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(...'GET / HTTP/1.1\r\nHost: a5;\0x'), maxLength: 200 }),
      (garbage) => {
        const { text, ended } = converse([`${GET}${garbage}`], { finish: true });
        expect(text.startsWith(PAGE)).toBe(true);
        expect(ended || statuses({ text, ended }).every((status) => [200, 501].includes(status))).toBe(true);
      },
    ),
  );
});
