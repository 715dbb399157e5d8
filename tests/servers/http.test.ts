import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { converse, statuses } from './http-replies.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const HEADERS = 'HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n';
const PAGE = `${HEADERS}\r\nHello, World!`;

/** Returns a request with these header lines besides Host. */
function request(...lines: readonly string[]): string {
  return `${['GET / HTTP/1.1', 'Host: a', ...lines].join('\r\n')}\r\n\r\n`;
}
const chunked = (...chunks: readonly string[]) => request('Transfer-Encoding: chunked') + chunks.join('');
const old = (...lines: readonly string[]) => `${['GET / HTTP/1.0', ...lines].join('\r\n')}\r\n\r\n`;

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

test.each<[string, string, number[]]>([
  ['any path', GET.replace('/', '/a/b?c=d%20e'), [200]],
  ['an absolute URI', GET.replace('/', 'http://a/'), [200]],
  ['empty lines before a request', `\r\n\r\n${GET}`, [200]],
  ['many requests at once', GET.repeat(200), Array(200).fill(200)],
  ['different requests at once', `${GET}${GET.replace('GET', 'HEAD')}${GET}`, [200, 200, 200]],
  ['a known method with 405, and the next request', request().replace('GET', 'POST') + GET, [405, 200]],
  ['an unknown method with 501, and the next request', request().replace('GET', 'BREW') + GET, [501, 200]],
  ['a method in lower case with 501', request().replace('GET', 'get'), [501]],
  ['a long method with 501', GET.replace('GET', 'G'.repeat(100)), [501]],
  ['a request with a body, which is skipped', `${request('Content-Length: 5')}GET /${GET}`, [200, 200]],
  ['a request with an empty body', request('Content-Length: 0') + GET, [200, 200]],
  ['a length with spaces and tabs around it', `${request('Content-Length:\t 5 \t')}12345${GET}`, [200, 200]],
  [
    'a body after a method that is not allowed',
    `${request('Content-Length: 5').replace('GET', 'PUT')}12345${GET}`,
    [405, 200],
  ],
  ['a body in chunks', chunked('5\r\nGET /\r\n', '1A\r\n', 'x'.repeat(26), '\r\n', '0\r\n\r\n') + GET, [200, 200]],
  ['a body in many chunks', chunked('1\r\na\r\n'.repeat(20), '0\r\n\r\n') + GET, [200, 200]],
  ['a chunk size with leading zeros', chunked('0005\r\n12345\r\n0\r\n\r\n') + GET, [200, 200]],
  ['chunk extensions', chunked('5;a=b;c="d e"\r\n12345\r\n0 \t;z\r\n\r\n') + GET, [200, 200]],
  ['trailers', chunked('0\r\nContent-Length: 5\r\nX: y\r\n\r\n') + GET, [200, 200]],
  ['a transfer coding in capitals', request('Transfer-Encoding: CHUNKED').concat('0\r\n\r\n') + GET, [200, 200]],
  ['a list with empty elements', request('Transfer-Encoding: , chunked ,').concat('0\r\n\r\n') + GET, [200, 200]],
  ['a value with non-ASCII bytes', request('X: \xe9\xff'), [200]],
  ['an empty value', request('X:', 'Y: '), [200]],
  [
    'an expectation with 100 Continue',
    `${request('Content-Length: 1', 'Expect: 100-Continue')}x${GET}`,
    [100, 200, 200],
  ],
  [
    'an expectation before chunks with 100 Continue',
    `${request('Expect: 100-continue', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    [100, 200],
  ],
  ['an expectation without a body, without 100 Continue', request('Expect: 100-continue'), [200]],
  ['an expectation of HTTP/1.0, without 100 Continue', `${old('Content-Length: 1', 'Expect: 100-continue')}x`, [200]],
  [
    'a Host with a port, and an empty Host',
    `${request().replace(' a', ' [::1]:80')}${request().replace(' a', '')}`,
    [200, 200],
  ],
])('answers %s', (_, sent, expected) => {
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

test.each<[string, string, number]>([
  [
    'a Content-Length before a Transfer-Encoding',
    `${request('Content-Length: 5', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    400,
  ],
  [
    'a Transfer-Encoding before a Content-Length',
    `${request('Transfer-Encoding: chunked', 'Content-Length: 5')}0\r\n\r\n`,
    400,
  ],
  ['two different lengths', request('Content-Length: 5', 'Content-Length: 6'), 400],
  ['the same length twice', request('Content-Length: 5', 'Content-Length: 5'), 400],
  ['a second length that is empty', request('Content-Length: 5', 'Content-Length:'), 400],
  ['a list of lengths', request('Content-Length: 5, 5'), 400],
  ['a length with a sign', request('Content-Length: +5'), 400],
  ['a negative length', request('Content-Length: -5'), 400],
  ['a hexadecimal length', request('Content-Length: 0x5'), 400],
  ['a length with a space inside', request('Content-Length: 5 5'), 400],
  ['an empty length', request('Content-Length: '), 400],
  ['a length that is too large', request('Content-Length: 9999999999999999'), 413],
  ['chunked twice', `${request('Transfer-Encoding: chunked, chunked')}0\r\n\r\n`, 400],
  ['chunked that is not the last coding', request('Transfer-Encoding: chunked, gzip'), 400],
  ['a coding other than chunked', request('Transfer-Encoding: identity'), 400],
  ['a coding whose name ends with chunked', request('Transfer-Encoding: xchunked'), 400],
  ['chunked with a parameter', request('Transfer-Encoding: chunked;a'), 400],
  ['chunked with a space inside', request('Transfer-Encoding: chu nked'), 400],
  ['another coding before chunked', `${request('Transfer-Encoding: gzip, chunked')}0\r\n\r\n`, 501],
  [
    'another coding before chunked, in two lines',
    `${request('Transfer-Encoding: gzip', 'Transfer-Encoding: chunked')}0\r\n\r\n`,
    501,
  ],
  ['chunks in HTTP/1.0', `${old('Transfer-Encoding: chunked', 'Connection: keep-alive')}0\r\n\r\n`, 400],
  ['a chunk size that is not a number', chunked('g\r\n'), 400],
  ['a chunk without a size', chunked('\r\n'), 400],
  ['a chunk size with a sign', chunked('-1\r\n'), 400],
  ['a chunk size with 0x', chunked('0x1\r\n'), 400],
  ['a chunk size that is too large', chunked('10000000000000\r\n'), 400],
  ['a space after a chunk size', chunked('5 \r\n'), 400],
  ['a chunk that is longer than its size', chunked('1\r\nab\r\n'), 400],
  ['a chunk size that ends with LF alone', chunked('1\na'), 400],
  ['a CR in an extension', chunked('1;a\rb\r\n'), 400],
  ['an extension that is too long', chunked(`1;${'x'.repeat(17_000)}`), 431],
  ['trailers that are too long', chunked(`0\r\n${'X: y\r\n'.repeat(3000)}`), 431],
  ['a trailer with a space before the colon', chunked('0\r\nX : y\r\n\r\n'), 400],
  ['a missing Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['two Hosts', request('Host: b'), 400],
  ['two Hosts in HTTP/1.0', old('Host: a', 'Host: b'), 400],
  ['a Host with a slash', request().replace(' a', ' a/b'), 400],
  ['a Host with a space inside', request().replace(' a', ' a b'), 400],
  ['a space before the colon', request('X : y'), 400],
  ['a space in a name', request('X Y: z'), 400],
  ['a header line without a colon', request('X'), 400],
  ['a header line without a name', request(': x'), 400],
  ['a value that is folded over two lines', request('X: y', ' z'), 400],
  ['a space before the first header', 'GET / HTTP/1.1\r\n Host: a\r\n\r\n', 400],
  ['a NUL in a value', request('X: a\0b'), 400],
  ['a CR in a value', request('X: a\rb'), 400],
  ['lines that end with LF alone', GET.replaceAll('\r\n', '\n'), 400],
  ['a header line that ends with LF alone', 'GET / HTTP/1.1\r\nHost: a\n\r\n', 400],
  ['a last line of CR alone', 'GET / HTTP/1.1\r\nHost: a\r\n\rx', 400],
  ['two spaces before the target', GET.replace(' ', '  '), 400],
  ['two spaces before the version', GET.replace(' H', '  H'), 400],
  ['a space before the method', ` ${GET}`, 400],
  ['a missing target', 'GET HTTP/1.1\r\n\r\n', 400],
  ['a missing version, as in HTTP/0.9', 'GET /\r\n', 400],
  ['a target with non-ASCII bytes', GET.replace('/', '/\xe9'), 400],
  ['a protocol in lower case', GET.replace('HTTP', 'http'), 400],
  ['another protocol', GET.replace('HTTP', 'HTTQ'), 400],
  ['a version of one digit', GET.replace('1.1', '1'), 400],
  ['a version with a letter', GET.replace('1.1', '1.x'), 400],
  ['a version of three digits', GET.replace('1.1', '1.10'), 400],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['the version HTTP/0.9', GET.replace('1.1', '0.9'), 505],
  ['an unknown expectation', request('Expect: 200-ok'), 417],
  ['an unknown expectation after 100-continue', request('Content-Length: 1', 'Expect: 100-continue, x'), 417],
  ['a TLS client', '\x16\x03\x01\x02\x00', 400],
  ['a target that is too long', `GET /${'x'.repeat(20_000)}`, 414],
  ['a method that is too long', 'G'.repeat(20_000), 431],
  ['headers that are too long', `GET / HTTP/1.1\r\n${'X: y\r\n'.repeat(3000)}`, 431],
  ['too many empty lines', '\r\n'.repeat(10_000), 431],
])('refuses %s after the replies before it, and closes', (_, sent, status) => {
  const said = converse([GET + sent + GET]);
  expect({ statuses: statuses(said), ended: said.ended }).toEqual({ statuses: [200, status], ended: true });
  expect(said.text).toMatch(/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n$/);
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
