import fc from 'fast-check';
import { expect, test } from 'vitest';
import { usualHeadEnd } from '../../servers/apps/http/usual-head.ts';
import { converse } from './http-replies.ts';

/** Returns where a head inside a larger buffer ends, counted from its beginning. */
function endOf(text: string): number {
  const bytes = Buffer.from(`\r\n${text}\r\n`, 'latin1');
  const end = usualHeadEnd(bytes, 2, bytes.length - 2);
  return end === 0 ? 0 : end - 2;
}

function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n\r\n`;
}
const get = (...lines: readonly string[]) => head('GET / HTTP/1.1', ...lines);

test.each([
  ['the shortest head', get('Host: a')],
  ['a HEAD request', head('HEAD /a?b=c HTTP/1.1', 'Host: a')],
  ['a head with an empty Host and no spaces', get('hOsT:')],
  ['a head with spaces and tabs around a Host', get('Host:\t a:80 \t')],
  ['autocannon’s head', get('Host: 127.0.0.1:8080', 'Connection: keep-alive')],
  ['curl’s head', get('Host: a', 'User-Agent: curl/8.0', 'Accept: */*')],
  [
    'a head with names as long as the relevant ones',
    get('Pragma: x', 'Host: a', 'Accept-Charset: x', 'Keep-Alive: x', 'Via: x'),
  ],
  ['a head with non-ASCII bytes in a value', get('Host: a', 'X: \xe9')],
])('%s is recognised whole, without the bytes after it', (_, text) => {
  expect(endOf(text)).toBe(text.length);
  expect(endOf(text + text)).toBe(text.length);
  for (let cut = 0; cut < text.length; cut++) expect(endOf(text.slice(0, cut)), `of ${cut} bytes`).toBe(0);
});

test.each([
  ['another method', get('Host: a').replace('GET', 'PUT')],
  ['another version', get('Host: a').replace('1.1', '1.0')],
  ['a missing target', head('GET  HTTP/1.1', 'Host: a')],
  ['an empty line before a head', `\r\n${get('Host: a')}`],
  ['a missing Host', get('Hose: a')],
  ['two Hosts', get('Host: a', 'host: a')],
  ['a Host with a space inside', get('Host: a b')],
  ['a body with a length', get('Host: a', 'CONTENT-LENGTH: 0')],
  ['a body in chunks', get('Host: a', 'transfer-encoding: chunked')],
  ['an expectation', get('Host: a', 'Expect: 100-continue')],
  ['a request to close the connection', get('Host: a', 'Connection: close')],
  ['a space before a colon', get('Host: a', 'X : y')],
  ['a header line without a name', get('Host: a', ': y')],
  ['a value that is folded over two lines', get('Host: a', 'X: y', ' z')],
  ['a NUL in a value', get('Host: a', 'X: y\0')],
  ['lines that end with LF alone', get('Host: a').replaceAll('\r', '')],
  ['a last line of CR alone', get('Host: a').replace(/\n$/, 'x')],
])('%s is left to the parser that reads step by step', (_, text) => {
  expect(endOf(text)).toBe(0);
});

/** Parts of heads. Some fit in one place only, some in none. */
const parts = [
  ...['GET ', 'HEAD ', 'PUT ', '/', '/a', ' HTTP/1.1\r\n', ' HTTP/1.0\r\n', '\r\n', '\r', '\n', ' ', ':', '\0', '\xe9'],
  ...[
    'Host: a\r\n',
    'host:\t b:1 \r\n',
    'Host: a b\r\n',
    'X: y\r\n',
    'X : y\r\n',
    'Expect: 100-continue\r\n',
    'Exotic: x\r\n',
  ],
  ...[
    'Connection: keep-alive\r\n',
    'Connection: Keep-Alive, close\r\n',
    'connection: close\r\n',
    'x',
    'Keep-Alive: 5\r\n',
  ],
  ...['Content-Length: 1\r\n', 'content-length: 0\r\n', 'Transfer-Encoding: chunked\r\n', '0\r\n\r\n'],
];

const line = fc.constantFrom('GET / HTTP/1.1\r\n', 'HEAD /b HTTP/1.1\r\n', '');
const fields = fc.array(fc.constantFrom(...parts), { maxLength: 5 }).map((some) => some.join(''));
const requests = fc.array(fc.tuple(line, fc.constantFrom('Host: a\r\n', ''), fields, fc.constantFrom('\r\n', '')), {
  maxLength: 4,
});

test('bytes that arrive together get the same replies as bytes that arrive one by one', () => {
  fc.assert(
    fc.property(requests, (some) => {
      const sent = some.flat().join('');
      expect(converse([sent], { finish: true })).toEqual(converse([...sent], { finish: true }));
    }),
    { numRuns: 3000 },
  );
});
