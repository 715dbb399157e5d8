import { describe, expect, test } from 'vitest';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { NO_REQUEST } from '../../../bench/load/protocols/protocol.ts';
import { acceptOf } from '../../../bench/load/protocols/websocket/handshake.ts';
import { type WebSocketExchange, WebSocketProtocol } from '../../../bench/load/protocols/websocket.ts';
import { parseSizes } from '../../../bench/model/message-sizes.ts';
import { seeded } from '../../seeded.ts';
import { answerOf, finish, greetingOf, latin, requestOf, scope, take } from './talk.ts';
import { frame, textOf, unmasked, upgraded } from './websocket-frames.ts';

function webSocket(sizes = '20', more: Partial<WebSocketExchange> = {}): WebSocketProtocol {
  return new WebSocketProtocol({ host: 'a:80', path: '/', sizes: parseSizes(sizes), text: false, ...more }, scope);
}

/** Returns a protocol whose connection 0 is open. */
function open(sizes?: string, more?: Partial<WebSocketExchange>): WebSocketProtocol {
  const protocol = webSocket(sizes, more);
  expect(take(protocol, latin(upgraded(protocol)), NO_REQUEST)).toEqual({ events: 'ready' });
  return protocol;
}

const payloadOf = (protocol: WebSocketProtocol, sequence: number, c = 0) =>
  unmasked(requestOf(protocol, c, sequence)).payload;
const echo = (protocol: WebSocketProtocol, sequence: number, c = 0) => frame(0x82, payloadOf(protocol, sequence, c));

describe('the handshake', () => {
  test('computes the example of RFC 6455', () => {
    expect(acceptOf('dGhlIHNhbXBsZSBub25jZQ==')).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });

  test('requests an upgrade', () => {
    const sent = textOf(greetingOf(webSocket('20', { path: '/chat?a', headers: [['Origin', 'http://a']] })));
    expect(sent.replace(/Key: [A-Za-z0-9+/]{22}==/, 'Key: K')).toBe(
      'GET /chat?a HTTP/1.1\r\nHost: a:80\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: K\r\n' +
        'Sec-WebSocket-Version: 13\r\nOrigin: http://a\r\n\r\n',
    );
    expect(() => webSocket('20', { path: 'a b', headers: [['A:', '']] })).toThrow(/not a path.*\n.*not the name/);
  });

  test('may come after an interim response', () => {
    const protocol = webSocket();
    const answer = upgraded(protocol);
    const interim = 'HTTP/1.1 103 Early\r\n\r\n';
    expect(take(protocol, latin(interim), NO_REQUEST)).toEqual({ events: 'more' });
    expect(take(protocol, latin(interim + answer), NO_REQUEST)).toEqual({ events: 'ready' });
  });

  test.each([200, 302, 403, 426, 503])('is refused with status %i', (status) => {
    const protocol = webSocket();
    greetingOf(protocol);
    expect(take(protocol, latin(`HTTP/1.1 ${status} No\r\nContent-Length: 2\r\n\r\nno`), NO_REQUEST).events).toBe(
      'refused, last',
    );
    expect(protocol.status).toBe(status);
  });

  test.each<[string, (answer: string) => string, string]>([
    ['another accept', (answer) => answer.replace(/Accept: ./, 'Accept: ~'), 'does not match the key'],
    [
      'an accept in another case',
      (answer) => answer.replace(/Accept: .*/, (all) => all.toLowerCase()),
      'does not match the key',
    ],
    ['a longer accept', (answer) => answer.replace(/=\r/, '==\r'), 'does not match the key'],
    ['no accept', (answer) => answer.replace(/Sec.*\r\n/, ''), 'does not match the key'],
    ['two accepts', (answer) => answer.replace(/(Sec.*\r\n)/, '$1$1'), 'does not match the key'],
    ['no Upgrade', (answer) => answer.replace(/Upgrade: .*\r\n/, ''), 'without Upgrade: websocket'],
    ['another Upgrade', (answer) => answer.replace('WebSocket\r', 'h2c\r'), 'without Upgrade: websocket'],
    ['no Connection', (answer) => answer.replace(', upgrade', ''), 'without Upgrade: websocket'],
    ['an extension', (answer) => answer.replace('\r\n\r', '\r\nSec-WebSocket-Extensions: x\r\n\r'), 'not requested'],
    ['a subprotocol', (answer) => answer.replace('\r\n\r', '\r\nSec-WebSocket-Protocol: x\r\n\r'), 'not requested'],
    ['a body', (answer) => answer.replace('\r\n\r', '\r\nContent-Length: 5\r\n\r'), 'a status that has no body'],
    ['an LF alone', (answer) => answer.replace('\r\n', '\n'), 'a CR without LF'],
  ])('with %s is corrupt', (_, change, fault) => {
    const protocol = webSocket();
    const answer = upgraded(protocol);
    expect(change(answer)).not.toBe(answer);
    expect(take(protocol, latin(change(answer)), NO_REQUEST)).toMatchObject({
      events: 'corrupt',
      fault: expect.stringContaining(fault),
    });
  });

  test('that ends early is corrupt', () => {
    const protocol = webSocket();
    greetingOf(protocol);
    take(protocol, latin('HTTP/1.1 101'), NO_REQUEST);
    expect(finish(protocol)).toBe('corrupt');
  });
});

describe('a message', () => {
  test.each(['1', '8', '125', '126', '127', '65535', '65536', '70000'])(
    'of %s bytes is sent and comes back',
    (size) => {
      const protocol = open(size);
      const { first, payload } = unmasked(requestOf(protocol, 0, 7));
      expect([first, payload.length]).toEqual([0x82, Number(size)]);
      const reply = frame(0x82, payload);
      expect(take(protocol, reply, 7)).toEqual({ events: 'complete' });
      expect(protocol.replyBytes).toBe(reply.length);
      const wrong = reply.slice();
      wrong[wrong.length - 1] = (wrong.at(-1) as number) ^ 1;
      expect(take(protocol, wrong, 7)).toMatchObject({
        fault: 'the message differs from the request',
        position: wrong.length - 1,
      });
    },
  );

  test('is masked, each byte of it', () => {
    const protocol = open('60');
    const bytes = requestOf(protocol, 0, 3);
    const { payload } = unmasked(bytes);
    payload.forEach((byte, i) => {
      expect(bytes[6 + i]).not.toBe(byte);
    });
  });

  test('of text is visible ASCII, and differs from others', () => {
    const protocol = open('30', { text: true });
    const sent = [0, 1, 63, 64, 70_000].map((sequence) => unmasked(requestOf(protocol, 0, sequence)));
    for (const { first, payload } of sent) {
      expect(first).toBe(0x81);
      expect(textOf(payload)).toMatch(/^[ -~]{30}$/);
    }
    expect(new Set(sent.map(({ payload }) => textOf(payload))).size).toBe(5);
    const payload = sent[1]?.payload ?? new Uint8Array(0);
    expect(take(protocol, frame(0x81, payload), 1).events).toBe('complete');
    expect(take(protocol, frame(0x82, payload), 1).fault).toBe('text in reply to binary, or binary in reply to text');
  });

  test('may come in fragments, with control frames between them', () => {
    const protocol = open('20');
    const payload = payloadOf(protocol, 0);
    const parts = [
      frame(0x02, payload.subarray(0, 5)),
      frame(0x00, payload.subarray(5, 5)),
      frame(0x8a, 'pong'),
      frame(0x89, 'ping'),
      frame(0x80, payload.subarray(5)),
    ];
    const bytes = Buffer.concat([...parts, echo(protocol, 1)]);
    const pinged = protocol.consume(0, 0, bytes, 0, bytes.length);
    expect(answerOf(protocol)).toContain(String.fromCharCode(0x8a));
    expect(take(protocol, bytes.subarray(pinged), 0)).toEqual({ events: 'complete+complete' });
  });
});

describe('a control frame', () => {
  test.each(['', 'hello', 'x'.repeat(125)])('ping %j is answered with the same', (payload) => {
    const protocol = open();
    expect(take(protocol, frame(0x89, payload), NO_REQUEST)).toEqual({ events: 'respond' });
    const pong = unmasked(latin(answerOf(protocol)));
    expect([pong.first, textOf(pong.payload)]).toEqual([0x8a, payload]);
    expect(take(protocol, echo(protocol, 0), 0)).toEqual({ events: 'complete' });
  });

  test('pong is ignored', () => {
    const protocol = open();
    expect(take(protocol, frame(0x8a, 'x'), NO_REQUEST)).toEqual({ events: 'more' });
  });

  test.each<[string, string, number]>([
    ['', '', 1005],
    ['\x03\xe8', '\x03\xe8', 1000],
    ['\x03\xe9going away', '\x03\xe9', 1001],
    ['\x0b\xb8', '\x0b\xb8', 3000],
  ])('close %j is answered', (payload, answer, status) => {
    const protocol = open();
    expect(take(protocol, frame(0x88, payload), 0)).toEqual({ events: 'close' });
    expect(protocol.status).toBe(status);
    const close = unmasked(latin(answerOf(protocol)));
    expect([close.first, textOf(close.payload)]).toEqual([0x88, answer]);
  });

  test.each(['\x03', '\0\0', '\x03\xe7', '\x03\xec', '\x03\xed', '\x03\xee', '\x03\xf7', '\x0b\xb7', '\xff\xff'])(
    'close with status %j is corrupt',
    (payload) => {
      expect(take(open(), frame(0x88, payload), 0).fault).toMatch(/^a close frame with an invalid status/);
    },
  );

  test.each([
    ['\x03\xe8\xc3\xa4', 'close'],
    ['\x03\xe8\xc3', 'corrupt'],
    ['\x03\xe8\xff', 'corrupt'],
  ])('close with a reason must be UTF-8: %j', (payload, events) => {
    expect(take(open(), frame(0x88, payload), 0).events).toBe(events);
  });

  test('close may come within a message in fragments, and ends it', () => {
    const protocol = open('20');
    const part = frame(0x02, payloadOf(protocol, 0).subarray(0, 5));
    expect(take(protocol, Buffer.concat([part, frame(0x88, '\x03\xe9')]), 0)).toEqual({ events: 'close' });
    expect([protocol.status, unmasked(latin(answerOf(protocol))).first]).toEqual([1001, 0x88]);
  });
});

describe('a corrupt frame', () => {
  test.each<[string, number[], string, number]>([
    ['RSV1', [0xc2, 20], 'reserved bits', 0],
    ['RSV2', [0xa2, 20], 'reserved bits', 0],
    ['RSV3', [0x92, 20], 'reserved bits', 0],
    ['RSV3 in a control frame', [0x99, 0], 'reserved bits', 0],
    ['opcode 3', [0x83, 1], 'a reserved opcode', 0],
    ['opcode 15', [0x8f, 0], 'a reserved opcode', 0],
    ['a mask', [0x82, 0x94], 'masked', 1],
    ['a stray continuation', [0x80, 1], 'a continuation without a message', 0],
    ['a message within a message', [0x02, 0, 0x82, 20], 'begins within another one', 2],
    ['a ping in fragments', [0x09, 0], 'a control frame in fragments', 0],
    ['a long ping', [0x89, 126, 0, 126], 'more than 125 bytes', 1],
    ['a close with a length of 8 bytes', [0x88, 127, 0, 0, 0, 0, 0, 0, 0, 2], 'more than 125 bytes', 1],
    ['a length in a longer form', [0x82, 126, 0, 20], 'shortest form', 3],
    ['a length in the longest form', [0x82, 127, 0, 0, 0, 0, 0, 0, 0, 20], 'shortest form', 9],
    ['a length with the highest bit', [0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 20], 'more than 2^53', 8],
    ['the largest length', [0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255], 'more than 2^53', 8],
    ['more bytes than were sent', [0x82, 21], 'longer than the request', 1],
    ['fragments of more bytes', [0x02, 0, 0x80, 21], 'longer than the request', 3],
    ['fewer bytes', [0x82, 0], 'shorter than the request', 1],
  ])('with %s', (_, bytes, reason, position) => {
    expect(take(open('20'), Uint8Array.from(bytes), 0)).toEqual({
      events: 'corrupt',
      fault: expect.stringContaining(reason),
      position,
    });
  });

  test('that answers no request, or ends early', () => {
    const protocol = open();
    expect(take(protocol, echo(protocol, 0), NO_REQUEST).fault).toBe('bytes that answer no request');
    const other = open();
    expect(finish(other)).toBe('more');
    take(other, echo(other, 0).subarray(0, 10), 0);
    expect([finish(other), other.replyBytes]).toEqual(['corrupt', 10]);
  });
});

test.each(['20', '1,150:0.5', '100-300'])('WebSocket with messages of %s bytes conforms', (sizes) => {
  const make = () => webSocket(sizes);
  const conversations = [0, 1].map((c) => {
    const protocol = make();
    const greeting = latin(upgraded(protocol, c));
    const payload = payloadOf(protocol, 1, c);
    const fragments = [
      frame(0x8a, 'pong'),
      frame(0x02, payload.subarray(0, 1)),
      frame(0x89, 'ping'),
      frame(0x00, payload.subarray(1)),
      frame(0x80, new Uint8Array(0)),
    ];
    const last = Buffer.concat([echo(protocol, 2, c), frame(0x89, '!'), frame(0x88, '\x03\xe8bye')]);
    return { greeting, replies: [echo(protocol, 0, c), Buffer.concat(fragments), last] };
  });
  expect(checkConformance({ make, conversations, random: seeded(7), damages: 1000 })).toEqual([]);
});
