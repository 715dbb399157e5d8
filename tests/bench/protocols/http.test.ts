import { describe, expect, test } from 'vitest';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import type { HttpRequest } from '../../../bench/load/protocols/http/request.ts';
import type { HttpProtocol } from '../../../bench/load/protocols/http.ts';
import { NO_REQUEST } from '../../../bench/load/protocols/protocol.ts';
import { seeded } from '../../seeded.ts';
import { chunked, eventsOf, http, PAGE, response } from './http-exchange.ts';
import { finish, latin, requestOf, take } from './talk.ts';

describe('a request', () => {
  const sent = (request: Partial<HttpRequest>, keepAlive = true) =>
    Buffer.from(requestOf(http(request, [], keepAlive), 0, 0)).toString('latin1');

  test.each<[string, Partial<HttpRequest>, string]>([
    ['GET', {}, 'GET / HTTP/1.1\r\nHost: a:80\r\n\r\n'],
    ['HEAD', { method: 'HEAD', path: '/a?b' }, 'HEAD /a?b HTTP/1.1\r\nHost: a:80\r\n\r\n'],
    ['its own Host', { headers: [['host', 'b']] }, 'GET / HTTP/1.1\r\nhost: b\r\n\r\n'],
    [
      'headers',
      {
        headers: [
          ['A', '1'],
          ['A', ''],
        ],
      },
      'GET / HTTP/1.1\r\nHost: a:80\r\nA: 1\r\nA: \r\n\r\n',
    ],
    ['a body', { method: 'PUT', body: latin('x\0') }, 'PUT / HTTP/1.1\r\nHost: a:80\r\nContent-Length: 2\r\n\r\nx\0'],
    ['POST without a body', { method: 'POST' }, 'POST / HTTP/1.1\r\nHost: a:80\r\nContent-Length: 0\r\n\r\n'],
  ])('with %s', (_, request, text) => {
    expect(sent(request)).toBe(text);
  });

  test('requests the end of the connection', () => {
    expect(sent({}, false)).toBe('GET / HTTP/1.1\r\nHost: a:80\r\nConnection: close\r\n\r\n');
  });

  test.each<[string, Partial<HttpRequest>, string]>([
    ['a method with a space', { method: 'GE T' }, "'GE T' is not an HTTP method: use letters, such as GET"],
    [
      'a path with a space',
      { path: '/a b' },
      "'/a b' is not a path: percent-encode spaces and non-ASCII letters (a space is %20)",
    ],
    ['an empty path', { path: '' }, "'' is not a path: percent-encode spaces and non-ASCII letters (a space is %20)"],
    ['a header with a line end', { headers: [['A', 'b\r\nC: d']] }, 'the value of A contains a control character'],
    ['a header name with a colon', { headers: [['A:', 'b']] }, "'A:' is not the name of a header"],
    ['a length', { headers: [['Content-Length', '5']] }, 'Content-Length cannot be given: it follows from the body'],
    ['CONNECT', { method: 'CONNECT' }, 'CONNECT opens a tunnel, which is not measured: use another method'],
    ['an interim status', { expectStatus: [100] }, '100 is not a final status'],
  ])('with %s is refused', (_, request, message) => {
    expect(() => http(request)).toThrow(message);
  });

  test('is chosen by weights, and its reply is judged by what it expects', () => {
    const other: HttpRequest = { path: '/b', weight: 3, expectStatus: [404] };
    const protocol = http({ weight: 1 }, [other]);
    expect(protocol.sameRequest).toBe(false);
    let others = 0;
    for (let sequence = 0; sequence < 4000; sequence++) {
      const isOther = Buffer.from(requestOf(protocol, 0, sequence)).includes('/b');
      if (isOther) others++;
      const events = isOther ? 'refused' : 'complete';
      expect(take(protocol, latin(PAGE), sequence)).toEqual({ events });
    }
    expect(others).toBeGreaterThan(2800);
    expect(others).toBeLessThan(3200);
    expect(http().sameRequest).toBe(true);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('cannot have weight %d', (weight) => {
    expect(() => http({ weight })).toThrow('weights of requests must be numbers above 0');
  });
});

describe('a reply', () => {
  test.each<[string, string, string]>([
    ['of fixed length', PAGE, 'complete'],
    ['two at once', PAGE + PAGE, 'complete+complete'],
    ['of different heads', PAGE + PAGE.replace('OK', 'ok') + PAGE, 'complete+complete+complete'],
    ['without a body', response('Content-Length: 0'), 'complete'],
    ['without a reason', PAGE.replace(' OK', ' '), 'complete'],
    ['without a space before the reason', PAGE.replace(' OK', ''), 'complete'],
    ['of HTTP/1.2', PAGE.replace('1.1', '1.2'), 'complete'],
    ['with spaces around the length', PAGE.replace(' 5', '\t 5 \t'), 'complete'],
    ['with non-ASCII letters', PAGE.replace('OK', '\xe9'), 'complete'],
    ['with names in capitals', PAGE.toUpperCase(), 'complete'],
    ['with an empty header', PAGE.replace('Content', 'A:\r\nB: \r\nContent'), 'complete'],
    ['of another header with a similar name', response('Content-Lengths: x', 'Content-Length: 0'), 'complete'],
    ['in chunks', chunked('5\r\nhello\r\n1A;a="b"\r\n', 'x'.repeat(26), '\r\n0\r\n\r\n'), 'complete'],
    ['in chunks with spaces before extensions', chunked('1 \t;a\r\nx\r\n0\r\n\r\n'), 'complete'],
    [
      'in chunks with trailers',
      chunked('1\r\nx\r\n0\r\nContent-Length: 5\r\nA: b\r\n\r\n') + PAGE,
      'complete+complete',
    ],
    [
      'of a coding in capitals, and empty elements',
      response('Transfer-Encoding: , CHUNKED,').concat('0\r\n\r\n'),
      'complete',
    ],
    ['with close', response('Connection: close', 'Content-Length: 0'), 'last'],
    ['with close in a list', response('connection: a, CLOSE ,', 'Content-Length: 0'), 'last'],
    ['with close in trailers only', chunked('0\r\nConnection: close\r\n\r\n'), 'complete'],
    ['with words that only contain close', response('Connection: closed, not close', 'Content-Length: 0'), 'complete'],
    ['of HTTP/1.0', PAGE.replace('1.1', '1.0'), 'last'],
    ['of HTTP/1.0 that stays', PAGE.replace('1.1', '1.0').replace('Con', 'Connection: Keep-Alive\r\nCon'), 'complete'],
    ['after 100 Continue and 103', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 E\r\nLink: a\r\n\r\n${PAGE}`, 'complete'],
    ['of 204', `HTTP/1.1 204 No Content\r\n\r\n${PAGE}`, 'complete+complete'],
    ['of 204 with a length of 0', `HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n${PAGE}`, 'complete+complete'],
    ['of 304 with a length', `HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n${PAGE}`, 'refused+complete'],
    ['of 404', PAGE.replace('200', '404') + PAGE, 'refused+complete'],
    ['of 503 that closes', PAGE.replace('200 OK', '503 X\r\nConnection: close'), 'refused, last'],
    ['that is not complete', PAGE.slice(0, -1), 'more'],
    ['without a length', `${response('A: b')}hello`, 'more'],
  ])('%s', (_, text, events) => {
    expect(eventsOf(text)).toEqual({ events });
  });

  test('to HEAD has no body, for any headers', () => {
    const protocol = http({ method: 'HEAD' });
    expect(take(protocol, latin(response('Content-Length: 5').repeat(2)), 0).events).toBe('complete+complete');
    expect(take(protocol, latin(response('Transfer-Encoding: chunked')), 0).events).toBe('complete');
    expect(take(protocol, latin(response()), 0).events).toBe('complete');
  });

  test('without a length is complete at FIN, and any other is not', () => {
    const protocol = http();
    expect(finish(protocol)).toBe('more');
    take(protocol, latin(`${response()}hello`), 0);
    expect([finish(protocol), protocol.status]).toEqual(['last', 200]);
    take(protocol, latin(`${response().replace('200', '500')}hello`), 0);
    expect([finish(protocol), protocol.status]).toEqual(['refused, last', 500]);
    for (const begun of ['H', PAGE.slice(0, -1), chunked('0\r\n')]) {
      take(protocol, latin(begun), 0);
      expect([finish(protocol), protocol.replyBytes], begun).toEqual(['corrupt', begun.length]);
      protocol.reset(0);
    }
  });

  test('is counted by its status', () => {
    const protocol = http();
    take(protocol, latin(PAGE + PAGE.replace('200', '404') + PAGE), 0);
    expect(protocol.statusCounts()).toEqual({ 200: 2, 404: 1 });
    protocol.clearStatuses();
    expect(protocol.statusCounts()).toEqual({});
  });

  test('to no request is corrupt', () => {
    const fault = 'bytes that answer no request';
    expect(take(http(), latin(PAGE), NO_REQUEST)).toEqual({ events: 'corrupt', fault, position: 0 });
  });
});

/** Marks the first wrong byte. */
const HERE = '¤';

describe('a corrupt reply', () => {
  test.each<[string, string, string]>([
    ['other protocols', '¤SSH-2.0', 'the reply does not begin with HTTP/1.x'],
    ['HTTP/2', 'HTTP/¤2 200\r\n', 'the reply does not begin with HTTP/1.x'],
    ['an empty line before it', '¤\r\nHTTP/1.1 200', 'the reply does not begin with HTTP/1.x'],
    ['a short status', 'HTTP/1.1 20¤ OK\r\n', 'the reply does not begin with HTTP/1.x'],
    ['a long status', 'HTTP/1.1 200¤0 OK\r\n', 'the reply does not begin with HTTP/1.x'],
    ['a status of 0xx', 'HTTP/1.1 ¤099 OK\r\n', 'the reply does not begin with HTTP/1.x'],
    ['an LF alone', 'HTTP/1.1 200 OK¤\nContent-Length: 0\r\n\r\n', 'a CR without LF'],
    ['an LF alone after a header', `HTTP/1.1 200 OK\r\nA: b¤\n`, 'a CR without LF'],
    ['an LF alone at the end', `${response('A: b').slice(0, -2)}¤\n`, 'a CR without LF'],
    ['a CR alone', 'HTTP/1.1 200 OK\r\nA: b\r¤C', 'a CR without LF'],
    ['obs-fold', 'HTTP/1.1 200 OK\r\nA: b\r\n¤ c\r\n', 'continued on the next line'],
    ['obs-fold at the beginning', 'HTTP/1.1 200 OK\r\n¤\tA: b\r\n', 'continued on the next line'],
    ['a space before the colon', 'HTTP/1.1 200 OK\r\nContent-Length¤ : 5', 'a header name with a character'],
    ['an empty name', 'HTTP/1.1 200 OK\r\n¤: 5', 'a header name with a character'],
    ['a header without a colon', 'HTTP/1.1 200 OK\r\nA¤\r\n', 'a CR without LF'],
    ['a zero byte in a value', 'HTTP/1.1 200 OK\r\nA: b¤\0', 'a control character'],
    ['a length of letters', response('Content-Length: ¤x'), 'a Content-Length that is not a number'],
    ['an empty length', 'HTTP/1.1 200 OK\r\nContent-Length:¤\r\n', 'a Content-Length that is not a number'],
    ['a negative length', response('Content-Length: ¤-1'), 'a Content-Length that is not a number'],
    ['a length with a sign', response('Content-Length: ¤+5'), 'a Content-Length that is not a number'],
    ['a list of lengths', response('Content-Length: 5¤, 5'), 'a Content-Length that is not a number'],
    ['a length in two words', response('Content-Length: 5 ¤5'), 'a Content-Length that is not a number'],
    ['a huge length', response('Content-Length: 123456789012345¤6'), 'more than 15 digits'],
    ['two equal lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\ncontent-length: 5\r\n\r¤\n', 'two Content-Lengths'],
    [
      'two different lengths',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r¤\n',
      'two Content-Lengths',
    ],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r¤\n',
      'both Content-Length',
    ],
    ['chunks of chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r¤\n', 'other than chunked'],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r¤\n', 'other than chunked'],
    [
      'a coding that only looks like chunked',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r¤\n',
      'other than chunked',
    ],
    ['chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r¤\n', 'in HTTP/1.0'],
    ['204 with a length', 'HTTP/1.1 204 OK\r\nContent-Length: 5\r\n\r¤\n', 'a status that has no body'],
    ['204 in chunks', 'HTTP/1.1 204 OK\r\nTransfer-Encoding: chunked\r\n\r¤\n', 'a status that has no body'],
    ['100 with a length', 'HTTP/1.1 100 OK\r\nContent-Length: 5\r\n\r¤\n', 'a status that has no body'],
    ['101', 'HTTP/1.1 101 Switching\r\n\r¤\n', 'without a request to switch'],
    ['an endless head', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(65_536 - 20)}¤b`, 'more than 64 KiB'],
    ['a chunk size with a sign', chunked('¤+5\r\n'), 'not hexadecimal digits'],
    ['a negative chunk size', chunked('¤-1\r\n'), 'not hexadecimal digits'],
    ['a chunk size with 0x', chunked('0¤x5\r\n'), 'not hexadecimal digits'],
    ['an empty chunk size', chunked('¤\r\n'), 'not hexadecimal digits'],
    ['a space before a chunk size', chunked('¤ 5\r\n'), 'not hexadecimal digits'],
    ['a space after a chunk size', chunked('5 ¤\r\n'), 'not hexadecimal digits'],
    ['a chunk size of 2^64', chunked('1000000000000¤0000\r\n'), 'more than 13 digits'],
    ['a chunk size of 2^64 - 1', chunked('fffffffffffff¤fff\r\n'), 'more than 13 digits'],
    ['an LF alone behind a chunk size', chunked('5¤\nhello'), 'a CR without LF'],
    ['an LF alone behind an extension', chunked('5;a¤\nhello'), 'a CR without LF'],
    ['a chunk that is longer', chunked('5\r\nhello¤!\r\n'), 'not followed by CRLF'],
    ['a chunk that ends with LF', chunked('5\r\nhello¤\n'), 'not followed by CRLF'],
    ['endless extensions', chunked(`5;${'a'.repeat(16_384)}¤a`), 'more than 16 KiB of chunk extensions'],
    ['endless blanks', chunked(`5${' '.repeat(16_384)}¤ `), 'not hexadecimal digits'],
    ['endless trailers', chunked(`0\r\nA: ${'b'.repeat(65_533)}¤b`), 'more than 64 KiB'],
    ['obs-fold in trailers', chunked('0\r\nA: b\r\n¤ c'), 'continued on the next line'],
  ])('%s', (_, text, reason) => {
    const position = text.indexOf(HERE);
    const taken = eventsOf(text.replace(HERE, ''));
    expect(taken).toEqual({ events: 'corrupt', fault: expect.stringContaining(reason), position });
  });

  test('is corrupt again when it is received again', () => {
    const protocol = http();
    const twice = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello';
    for (let i = 0; i < 2; i++) {
      expect(take(protocol, latin(twice), 0).events).toBe('corrupt');
      protocol.reset(0);
    }
  });
});

describe('HTTP conforms', () => {
  const replies = [
    PAGE,
    PAGE,
    PAGE.replace('200', '404'),
    `HTTP/1.1 103 E\r\nLink: a\r\n\r\n${chunked('2;x\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n')}`,
    PAGE.replace('OK', 'Fine\r\nConnection: Keep-Alive, x\r\nTransfer-Encodings: x'),
    'HTTP/1.1 204 No\r\n\r\n',
  ].map(latin);
  const greeting = new Uint8Array(0);
  const lasts = [response('Connection: close', 'Content-Length: 0'), `${response()}hello`];

  test.each<[string, Partial<HttpRequest>]>([
    ['any body', {}],
    ['a given body', { expectBody: latin('hello'), expectStatus: [200] }],
    ['the same body', { expectBody: 'same', expectStatus: [200] }],
  ])('with %s', (_, request) => {
    const conversations = lasts.map((last, i) => ({
      greeting,
      replies: i === 1 || request.expectBody === undefined ? [...replies, latin(last)] : replies,
      ends: i === 1,
    }));
    const make = () => http(request);
    expect(checkConformance({ make, conversations, random: seeded(2), damages: 1000 })).toEqual([]);
  });

  test('with several kinds of request', () => {
    const make = () => http({}, [{ path: '/b', method: 'HEAD' }]);
    const answer = (protocol: HttpProtocol, c: number, sequence: number) =>
      latin(Buffer.from(requestOf(protocol, c, sequence)).includes('HEAD') ? response('Content-Length: 9') : PAGE);
    const conversations = [0, 1, 2].map((c) => ({
      greeting,
      replies: [0, 1, 2, 3, 4, 5].map((sequence) => answer(make(), c, sequence)),
    }));
    expect(checkConformance({ make, conversations, random: seeded(3) })).toEqual([]);
  });
});
