import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { CORRUPT, NO_REQUEST } from '../../../bench/load/protocols/protocol.ts';
import type { WebSocketProtocol } from '../../../bench/load/protocols/websocket.ts';
import { fixedSize } from '../../../bench/model/message-sizes.ts';
import { seeded } from '../../seeded.ts';
import { deflating, open } from './deflating.ts';
import { answerOf, finish, greetingOf, latin, requestOf, take } from './talk.ts';
import { frame, textOf, unmasked, upgraded } from './websocket-frames.ts';

const AGREED = 'permessage-deflate; server_no_context_takeover';
/** The bytes that a sender removes from the end of each message. */
const REMOVED = Buffer.from([0x00, 0x00, 0xff, 0xff]);

/** Compresses a message as a server does. */
function compressed(message: Uint8Array, level = 6): Uint8Array {
  return deflateRawSync(message, { level, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

/** Inflates a message as a server does whose window has 2^8 bytes. */
function inflated(payload: Uint8Array): Buffer {
  return inflateRawSync(Buffer.concat([payload, REMOVED]), { finishFlush: constants.Z_SYNC_FLUSH, windowBits: 8 });
}

/** Returns the uncompressed message of a request. */
function messageOf(protocol: WebSocketProtocol, sequence: number, c = 0): Buffer {
  const { first, payload } = unmasked(requestOf(protocol, c, sequence));
  return (first & 0x40) === 0 ? Buffer.from(payload) : inflated(payload);
}

const echo = (protocol: WebSocketProtocol, sequence: number, c = 0) =>
  frame(0xc2, compressed(messageOf(protocol, sequence, c)));

describe('the handshake', () => {
  test('offers compression on request only', () => {
    const offer =
      'Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover; ' +
      'client_max_window_bits\r\n';
    expect(textOf(greetingOf(deflating()))).toContain(offer);
    expect(textOf(greetingOf(deflating('20', { deflate: false })))).not.toContain('Extensions');
  });

  test.each([
    AGREED,
    'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
    'permessage-deflate;server_no_context_takeover;client_max_window_bits=8;server_max_window_bits=15',
    'permessage-deflate ; server_max_window_bits="10" ; server_no_context_takeover; client_max_window_bits="9" \t',
  ])('agrees: %s', (extensions) => {
    const protocol = open('20', extensions);
    expect(requestOf(protocol, 0, 0)[0]).toBe(0xc2);
    expect(protocol.notes).toEqual([]);
    expect(take(protocol, echo(protocol, 0), 0)).toEqual({ events: 'complete' });
  });

  test('goes without compression where the server does not agree, and notes it', () => {
    const protocol = open('20');
    expect(requestOf(protocol, 0, 0)[0]).toBe(0x82);
    expect(protocol.notes).toEqual([
      { code: 'not-compressed', message: expect.stringContaining('permessage-deflate') },
    ]);
    expect(take(protocol, frame(0x82, messageOf(protocol, 0)), 0)).toEqual({ events: 'complete' });
    expect(take(protocol, frame(0xc2, compressed(messageOf(protocol, 1))), 1)).toEqual({
      events: 'corrupt',
      fault: 'a frame with reserved bits',
      position: 0,
    });
    expect(deflating('20', { deflate: false }).notes).toEqual([]);
  });

  test('agrees on each connection anew', () => {
    const protocol = open('20', AGREED);
    expect(take(protocol, latin(upgraded(protocol)), NO_REQUEST).events).toBe('ready');
    expect(requestOf(protocol, 0, 0)[0]).toBe(0x82);
    expect(take(protocol, latin(upgraded(protocol, 0, AGREED)), NO_REQUEST).events).toBe('ready');
    expect(requestOf(protocol, 0, 0)[0]).toBe(0xc2);
    expect(requestOf(protocol, 1, 0)[0]).toBe(0x82);
  });

  const badExtension = 'permessage-deflate with a parameter that is unknown, repeated or invalid';
  const notRequested = 'an extension or a subprotocol that was not requested';
  // The arrow precedes the wrong byte; at the end, it is the end of the line.
  test.each<[string, string]>([
    ['permessage-deflate>', 'permessage-deflate without server_no_context_takeover, which was requested'],
    ['permessage-deflate; client_no_context_takeover>', 'without server_no_context_takeover'],
    ['>x-webkit-deflate-frame', notRequested],
    ['permessage->bzip2', notRequested],
    ['permessage-deflate>s', notRequested],
    ['permessage->Deflate', notRequested],
    ['permessage-deflat>', notRequested],
    [`${AGREED}>, permessage-deflate`, notRequested],
    [`${AGREED}\r\nSec-WebSocket-Extensions: >permessage-deflate`, notRequested],
    ['>, permessage-deflate', notRequested],
    ['>', notRequested],
    [`${AGREED}; server_>window`, badExtension],
    [`${AGREED}; >x`, badExtension],
    [`${AGREED}; permessage-deflate>`, badExtension],
    [`${AGREED}; server_no_context_takeover>`, badExtension],
    ['permessage-deflate; server_no_context_takeover>=1', badExtension],
    ['permessage-deflate>=1', badExtension],
    [`${AGREED};>`, badExtension],
    [`${AGREED};>; client_no_context_takeover`, badExtension],
    [`${AGREED} >client_no_context_takeover`, badExtension],
    [`${AGREED}; client_max_window_bits>`, badExtension],
    [`${AGREED}; server_max_window_bits> ; client_no_context_takeover`, badExtension],
    [`${AGREED}; server_max_window_bits=>`, badExtension],
    [`${AGREED}; server_max_window_bits=7>`, badExtension],
    [`${AGREED}; server_max_window_bits=1>6`, badExtension],
    [`${AGREED}; server_max_window_bits=>08`, badExtension],
    [`${AGREED}; server_max_window_bits=10>0`, badExtension],
    [`${AGREED}; server_max_window_bits=>+8`, badExtension],
    [`${AGREED}; server_max_window_bits=> 8`, badExtension],
    [`${AGREED}; server_max_window_bits> =8`, badExtension],
    [`${AGREED}; server_max_window_bits=8>x`, badExtension],
    [`${AGREED}; server_max_window_bits="8>`, badExtension],
    [`${AGREED}; server_max_window_bits=">"`, badExtension],
    [`${AGREED}; server_max_window_bits="1>\\0"`, badExtension],
    [`${AGREED}; server_max_window_bits="8">x`, badExtension],
    [`${AGREED}; server_max_window_bits=8; server_max_window_bits>=9`, badExtension],
  ])('%j is corrupt', (extensions, fault) => {
    const protocol = deflating();
    const answer = upgraded(protocol, 0, extensions.replace('>', ''));
    const expected = {
      events: 'corrupt',
      fault: expect.stringContaining(fault),
      position: answer.indexOf('Extensions: ') + 'Extensions: '.length + extensions.indexOf('>'),
    };
    expect(take(protocol, latin(answer), NO_REQUEST)).toEqual(expected);
    // Byte by byte, too.
    protocol.reset(0);
    let at = 0;
    do protocol.consume(0, NO_REQUEST, latin(answer), at, ++at);
    while (protocol.event !== CORRUPT && at < answer.length);
    expect(at - 1).toBe(expected.position);
  });

  test('ignores extensions in other responses than 101', () => {
    const protocol = deflating();
    const refusal = 'HTTP/1.1 400 Bad Request\r\nSec-WebSocket-Extensions: x\r\n\r\n';
    greetingOf(protocol);
    expect(take(protocol, latin(refusal), NO_REQUEST)).toEqual({ events: 'refused, last' });
    expect(protocol.status).toBe(400);
  });
});

describe('a message', () => {
  test.each([1, 7, 8, 9, 62, 63, 64, 65, 72, 180, 1024, 65_536, 70_000])('of %i bytes is inflated by zlib', (size) => {
    const plain = open(String(size), undefined);
    const protocol = open(String(size), AGREED);
    for (const sequence of [0, 1, 70_000]) {
      const { first, payload } = unmasked(requestOf(protocol, 0, sequence));
      expect(first).toBe(0xc2);
      expect(inflated(payload).equals(messageOf(plain, sequence))).toBe(true);
      expect(payload.length).toBeLessThanOrEqual(size + 10);
    }
  });

  test('of each size of a mixture is inflated by zlib', () => {
    const plain = open('1-600');
    const protocol = open('1-600', AGREED);
    const sizes = new Set<number>();
    for (let sequence = 0; sequence < 3000; sequence++) {
      const message = messageOf(protocol, sequence);
      expect(message.equals(messageOf(plain, sequence))).toBe(true);
      sizes.add(message.length);
    }
    expect(sizes.size).toBeGreaterThan(550);
  });

  test('of letters has 62 % of its size', () => {
    expect(unmasked(requestOf(open('16000', AGREED), 0, 0)).payload.length).toBeCloseTo(16_000 * 0.626, -2);
  });

  test('is masked, each byte of it', () => {
    for (const size of ['60', '300']) {
      const bytes = requestOf(open(size, AGREED), 0, 3);
      const { payload } = unmasked(bytes);
      for (const [i, byte] of payload.entries()) expect(bytes.at(i - payload.length)).not.toBe(byte);
    }
  });

  test('of text is compressed, too', () => {
    const protocol = open('30', AGREED, { text: true });
    const { first, payload } = unmasked(requestOf(protocol, 0, 5));
    expect(first).toBe(0xc1);
    expect(textOf(inflated(payload))).toMatch(/^[ -~]{30}$/);
    expect(take(protocol, frame(0xc1, compressed(inflated(payload))), 5)).toEqual({ events: 'complete' });
    expect(take(protocol, frame(0xc2, compressed(inflated(payload))), 5).fault).toMatch(/^text in reply to binary/);
  });

  test.each(['1', '8', '64', '1000', '70000'])('of %s bytes comes back compressed at each level, or not', (size) => {
    const protocol = open(size, AGREED);
    for (let level = 0; level <= 9; level++) {
      const reply = frame(0xc2, compressed(messageOf(protocol, 4), level));
      expect(take(protocol, reply, 4)).toEqual({ events: 'complete' });
      expect(protocol.replyBytes).toBe(reply.length);
    }
    expect(take(protocol, frame(0x82, messageOf(protocol, 4)), 4)).toEqual({ events: 'complete' });
  });

  test('may come in fragments, with control frames between them', () => {
    const protocol = open('200', AGREED);
    const payload = compressed(messageOf(protocol, 0));
    const parts = [
      frame(0x42, payload.subarray(0, 3)),
      frame(0x00, ''),
      frame(0x89, 'ping'),
      frame(0x00, payload.subarray(3, 30)),
      frame(0x8a, 'pong'),
      frame(0x00, payload.subarray(30)),
      frame(0x80, ''),
    ];
    const bytes = Buffer.concat([...parts, echo(protocol, 1)]);
    const pinged = protocol.consume(0, 0, bytes, 0, bytes.length);
    expect(textOf(unmasked(latin(answerOf(protocol))).payload)).toBe('ping');
    expect(take(protocol, bytes.subarray(pinged), 0)).toEqual({ events: 'complete+complete' });
  });

  test('in fragments of any size is read', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.nat(9), fc.array(fc.nat(900)), (size, level, lengths) => {
        const protocol = open('1', AGREED, { sizes: fixedSize(size) });
        const payload = compressed(messageOf(protocol, 2), level);
        const frames: Uint8Array[] = [];
        let at = 0;
        for (const length of lengths) {
          frames.push(frame(frames.length === 0 ? 0x42 : 0x00, payload.subarray(at, at + length)));
          at += length;
        }
        frames.push(frame(frames.length === 0 ? 0xc2 : 0x80, payload.subarray(at)));
        expect(take(protocol, Buffer.concat(frames), 2)).toEqual({ events: 'complete' });
      }),
    );
  });
});

describe('a corrupt message', () => {
  const message = (protocol: WebSocketProtocol) => messageOf(protocol, 0);

  test.each<[string, (protocol: WebSocketProtocol) => Uint8Array, string]>([
    ['RSV2', () => Uint8Array.of(0xa2), 'reserved bits'],
    ['RSV1 and RSV2', () => Uint8Array.of(0xe2), 'reserved bits'],
    ['a compressed ping', () => Uint8Array.of(0xc9), 'reserved bits'],
    ['RSV1 in a continuation', () => Uint8Array.of(0x42, 0, 0xc0), 'reserved bits'],
    ['another message', (protocol) => echo(protocol, 1), 'differs from the request'],
    ['a longer message', (p) => frame(0xc2, compressed(Buffer.concat([message(p), latin('a')]))), 'longer than'],
    ['a shorter message', (p) => frame(0xc2, compressed(message(p).subarray(0, 19))), 'shorter than'],
    ['a message that ends early', (p) => frame(0xc2, compressed(message(p)).subarray(0, -2)), 'does not end'],
    ['an empty frame', () => frame(0xc2, ''), 'does not end'],
    ['block type 3', () => frame(0xc2, '\x06'), 'unknown type'],
    ['a bomb', () => frame(0xc2, compressed(new Uint8Array(1_000_000))), 'differs from the request'],
    ['a longer bomb', (p) => frame(0xc2, compressed(Buffer.concat([message(p), new Uint8Array(1e6)]))), 'longer than'],
    ['no request', () => Uint8Array.of(0xc2), ''],
  ])('with %s', (what, bytes, fault) => {
    const protocol = open('20', AGREED);
    const isUnsolicited = what === 'no request';
    const taken = take(protocol, bytes(protocol), isUnsolicited ? NO_REQUEST : 0);
    expect(taken.events).toBe('corrupt');
    expect(taken.fault).toContain(isUnsolicited ? 'bytes that answer no request' : fault);
  });

  test('whose references exceed the agreed window', () => {
    const payloadOf = (protocol: WebSocketProtocol) => compressed(messageOf(protocol, 0), 9);
    const small = open('5000', `${AGREED}; server_max_window_bits=8`);
    expect(take(small, frame(0xc2, payloadOf(small)), 0).fault).toContain('or of the window');
    const large = open('5000', `${AGREED}; server_max_window_bits=13`);
    expect(take(large, frame(0xc2, payloadOf(large)), 0).events).toBe('complete');
  });

  test('that ends with the connection', () => {
    const protocol = open('20', AGREED);
    take(protocol, echo(protocol, 0).subarray(0, 10), 0);
    expect([finish(protocol), protocol.replyBytes]).toEqual(['corrupt', 10]);
  });
});

test.each(['20', '1,150:0.5', '100-300'])('compressed messages of %s bytes conform', (sizes) => {
  const make = () => deflating(sizes);
  const conversations = [0, 1].map((c) => {
    const protocol = make();
    const greeting = latin(upgraded(protocol, c, `${AGREED}; server_max_window_bits=${c === 0 ? 15 : 12}`));
    const payload = compressed(messageOf(protocol, 1, c));
    const fragments = [
      frame(0x42, payload.subarray(0, 1)),
      frame(0x89, 'ping'),
      frame(0x00, payload.subarray(1)),
      frame(0x80, ''),
    ];
    const plain = frame(0x82, messageOf(protocol, 2, c));
    const last = Buffer.concat([echo(protocol, 3, c), frame(0x88, '\x03\xe8bye')]);
    return { greeting, replies: [echo(protocol, 0, c), Buffer.concat(fragments), plain, last] };
  });
  expect(checkConformance({ make, conversations, random: seeded(9), damages: 1000 })).toEqual([]);
});
