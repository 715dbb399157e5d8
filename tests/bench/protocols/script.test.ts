import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { NO_REQUEST } from '../../../bench/load/protocols/protocol.ts';
import {
  exchangeOf,
  literalBytes,
  parseScriptText,
  type Script,
} from '../../../bench/load/protocols/script/exchange.ts';
import {
  parseCount,
  parseDelimiter,
  parseLength,
  type ReplyEnd,
} from '../../../bench/load/protocols/script/reply-end.ts';
import { ScriptProtocol } from '../../../bench/load/protocols/script.ts';
import { seeded } from '../../seeded.ts';
import { answerOf, finish, greetingOf, latin, requestOf, scope, take } from './talk.ts';

function exchange(send: string, expected?: string, end?: ReplyEnd) {
  return exchangeOf(parseScriptText(send), expected === undefined ? undefined : parseScriptText(expected), end);
}

function script(...repeat: readonly ReturnType<typeof exchange>[]): ScriptProtocol {
  return new ScriptProtocol({ login: [], repeat }, scope);
}
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const sent = (written: string, c = 0, sequence = 0) =>
  text(requestOf(script(exchange(written, undefined, parseCount('1'))), c, sequence));

describe('a text to send', () => {
  test.each<[string, string]>([
    ['PING\\r\\n', 'PING\r\n'],
    ['\\t\\0\\\\\\x7f\\xFF\\{\\}', '\t\0\\\x7f\xff{}'],
    ['é€', '\xc3\xa9\xe2\x82\xac'],
    ['{"a": {"b": 1}}', '{"a": {"b": 1}}'],
    ['{}{A}{1}{', '{}{A}{1}{'],
    ['\\{sequence}', '{sequence}'],
  ])('%s', (written, bytes) => {
    expect(sent(written)).toBe(bytes);
  });

  test('has the numbers of its request', () => {
    expect(sent('{connection}:{sequence}', 2, 12_345)).toBe('72:12345');
    expect(sent('<{sequence}>', 0, 0)).toBe('<0>');
    expect(sent('{sequence}', 0, 2 ** 31 - 1)).toBe('2147483647');
  });

  test('has random letters that differ between requests, and are reproducible', () => {
    const texts = [0, 1, 2, 3].map((sequence) => sent('{random:20}{random:7}', 1, sequence));
    for (const drawn of texts) expect(drawn).toMatch(/^[a-z2-7]{27}$/);
    expect(new Set(texts).size).toBe(4);
    expect(sent('{random:20}{random:7}', 1, 3)).toBe(texts[3]);
    expect(texts[0]?.slice(0, 7)).not.toBe(texts[0]?.slice(20));
  });

  test.each<[string, string, number]>([
    ['a\\', 'bad-escape', 1],
    ['\\q', 'bad-escape', 0],
    ['ab\\x4', 'bad-escape', 2],
    ['é{sequenz}', 'unknown-placeholder', 1],
    ['{key}', 'unknown-placeholder', 0],
    ['{random}', 'bad-size', 0],
    ['{random:0}', 'bad-size', 0],
    ['{random:-1}', 'bad-size', 0],
    ['{random:99999}', 'bad-size', 0],
    ['{sequence:5}', 'bad-size', 0],
  ])('%s is wrong: %s at %i', (written, code, at) => {
    expect(() => parseScriptText(written)).toThrow(expect.objectContaining({ code, at }));
  });

  test('of a file is sent unchanged', () => {
    const raw = '{sequence}\\n\0';
    const protocol = script(exchangeOf(literalBytes(latin(raw)), undefined, parseCount('1')));
    expect(text(requestOf(protocol, 0, 0))).toBe(raw);
    expect(literalBytes(new Uint8Array(0))).toEqual([]);
  });
});

describe('the end of a reply', () => {
  test.each<[string, () => ReplyEnd, string, string]>([
    ['a newline', () => parseDelimiter('\\n'), 'a\nb\n', 'complete+complete'],
    ['a newline alone', () => parseDelimiter('\\n'), '\n\n', 'complete+complete'],
    [
      'a delimiter with a repeated beginning',
      () => parseDelimiter('aab'),
      'aaab|aaaab|aacaab'.replaceAll('|', ''),
      'complete+complete+complete',
    ],
    ['a delimiter of two lines', () => parseDelimiter('\\r\\n\\r\\n'), 'a\r\nb\r\r\n\r\n\r\n\r\n', 'complete+complete'],
    ['a number of bytes', () => parseCount('3'), 'abcdefg', 'complete+complete'],
    ['a length of 8 bits', () => parseLength('u8@0'), '\x00\x02ab\x01c', 'complete+complete+complete'],
    ['a length of 16 bits', () => parseLength('u16be@1'), 'x\x00\x02aby\x00\x00', 'complete+complete'],
    ['a length of 16 bits, low byte first', () => parseLength('u16le@0'), '\x02\x00ab\x01\x00c', 'complete+complete'],
    ['a length of 32 bits', () => parseLength('u32be@2'), 'xy\0\0\0\x01axy\0\0\0\0', 'complete+complete'],
    ['a length of 32 bits, low byte first', () => parseLength('u32le@0'), '\x01\0\0\0a', 'complete'],
    ['a length beyond the received bytes', () => parseLength('u32be@0'), '\xff\xff\xff\xffabc', 'more'],
  ])('is %s', (_, end, replies, events) => {
    expect(take(script(exchange('x', undefined, end())), latin(replies), 0)).toEqual({ events });
  });

  test('is where the expected reply ends', () => {
    expect(take(script(exchange('PING\\r\\n', '+PONG\\r\\n')), latin('+PONG\r\n+PONG\r\n'), 0).events).toBe(
      'complete+complete',
    );
  });

  test.each<[string, (text: string) => ReplyEnd, string]>([
    ['', parseDelimiter, 'bad-delimiter'],
    ['\\q', parseDelimiter, 'bad-escape'],
    ['{sequence}', parseDelimiter, 'unknown-placeholder'],
    ['x'.repeat(257), parseDelimiter, 'bad-delimiter'],
    ['0', parseCount, 'bad-count'],
    ['-1', parseCount, 'bad-count'],
    ['1e3', parseCount, 'bad-count'],
    ['99999999999', parseCount, 'bad-count'],
    ['u32be', parseLength, 'bad-length-form'],
    ['u64be@0', parseLength, 'bad-length-form'],
    ['u8@-1', parseLength, 'bad-length-form'],
    ['u8@99999', parseLength, 'bad-length-form'],
    ['toString@0', parseLength, 'bad-length-form'],
  ])('%s is wrong', (written, parse, code) => {
    expect(() => parse(written)).toThrow(expect.objectContaining({ code }));
  });
});

describe('an expected reply', () => {
  const OTHER = 'the reply differs from the expected one';
  const SHORT = 'the reply is shorter than the expected one';
  const LONG = 'the reply is longer than the expected one';
  const line = () => parseDelimiter('\\n');

  test.each<[string, string, string, number]>([
    ['different', 'hellO\n', OTHER, 4],
    ['shorter', 'hell\n', OTHER, 4],
    ['longer', 'hello!\n', OTHER, 5],
    ['empty', '\n', OTHER, 0],
  ])('is compared with one that is %s', (_, reply, fault, position) => {
    const protocol = script(exchange('x', 'hello\\n', line()));
    expect(take(protocol, latin(reply), 0)).toEqual({ events: 'corrupt', fault, position });
  });

  test('may be longer or shorter than the reply', () => {
    const short = script(exchange('x', 'a\\nb\\n', line()));
    expect(take(short, latin('a\n'), 0)).toEqual({ events: 'corrupt', fault: SHORT, position: 2 });
    const long = script(exchange('x', 'a', line()));
    expect(take(long, latin('a\n'), 0)).toEqual({ events: 'corrupt', fault: LONG, position: 1 });
  });

  test('contains the numbers and the random letters of its request', () => {
    const make = () => script(exchange('{random:9} {sequence}\\n', '{connection} {sequence} {random:9}\\n', line()));
    for (const sequence of [0, 7, 1_000_000]) {
      const protocol = make();
      const random = text(requestOf(protocol, 0, sequence)).slice(0, 9);
      const right = `70 ${sequence} ${random}\n`;
      expect(take(protocol, latin(right), sequence)).toEqual({ events: 'complete' });
      expect(take(protocol, latin(right), sequence + 1).events).toBe('corrupt');
    }
  });
});

describe('a script', () => {
  const login: Script['login'] = [
    exchange('', '220 hi\\n'),
    exchange('USER a\\n', 'ok\\n'),
    exchange('PASS b\\n', 'ok\\n'),
  ];

  test('logs in, then repeats its exchanges', () => {
    const repeat = [exchange('A', 'a'), exchange('B', 'b')];
    const protocol = new ScriptProtocol({ login, repeat }, scope);
    expect([protocol.greets, protocol.sameRequest]).toEqual([true, false]);
    expect(text(greetingOf(protocol))).toBe('');
    expect(take(protocol, latin('220 hi\n'), NO_REQUEST)).toEqual({ events: 'respond' });
    expect(answerOf(protocol)).toBe('USER a\n');
    expect(take(protocol, latin('ok\n'), NO_REQUEST)).toEqual({ events: 'respond' });
    expect(answerOf(protocol)).toBe('PASS b\n');
    expect(take(protocol, latin('ok\n'), NO_REQUEST)).toEqual({ events: 'ready' });
    expect([0, 1, 2].map((sequence) => text(requestOf(protocol, 0, sequence)))).toEqual(['A', 'B', 'A']);
    expect(take(protocol, latin('aba'), 0)).toEqual({ events: 'complete+complete+complete' });
    expect(take(protocol, latin('b'), NO_REQUEST).fault).toBe('bytes that answer no request');
  });

  test('starts with its first exchange on a new connection', () => {
    const protocol = script(exchange('A', 'a'), exchange('B', 'b'));
    expect(text(requestOf(protocol, 0, 0))).toBe('A');
    protocol.reset(0);
    expect([1, 2].map((sequence) => text(requestOf(protocol, 0, sequence)))).toEqual(['A', 'B']);
    protocol.reset(0);
    const last = 2 ** 31 - 1;
    expect([last, 0].map((sequence) => text(requestOf(protocol, 0, sequence)))).toEqual(['A', 'B']);
  });

  test('whose login has another reply is corrupt', () => {
    const protocol = new ScriptProtocol({ login, repeat: [exchange('A', 'a')] }, scope);
    greetingOf(protocol);
    expect(take(protocol, latin('554 no\n'), NO_REQUEST)).toMatchObject({ events: 'corrupt', position: 0 });
  });

  test('whose reply ends early is corrupt', () => {
    const protocol = script(exchange('A', 'abc'));
    expect(finish(protocol)).toBe('more');
    take(protocol, latin('ab'), 0);
    expect([finish(protocol), protocol.replyBytes]).toEqual(['corrupt', 2]);
  });

  test.each<[string, () => unknown, string]>([
    ['without a repeated exchange', () => script(), 'nothing-sent'],
    ['that sends nothing', () => script(exchange('', 'a')), 'nothing-sent'],
    [
      'whose login sends nothing twice',
      () => new ScriptProtocol({ login: [exchange('', 'a'), exchange('', 'b')], repeat: [exchange('A', 'a')] }, scope),
      'nothing-sent',
    ],
    ['without the end of a reply', () => exchange('a'), 'no-end'],
    ['that expects nothing', () => exchange('a', ''), 'nothing-expected'],
  ])('%s is wrong', (_, make, code) => {
    expect(make).toThrow(expect.objectContaining({ code }));
  });
});

describe('scripts conform', () => {
  test('with a login and several ends', () => {
    const script: Script = {
      login: [exchange('', undefined, parseDelimiter('\\r\\n')), exchange('{random:5}', 'yes {random:5}')],
      repeat: [
        exchange('a{sequence}', 'A{sequence} \\n', parseDelimiter('\\n')),
        exchange('b', undefined, parseLength('u16le@1')),
        exchange('c', undefined, parseCount('5')),
        exchange('d', undefined, parseDelimiter('aab')),
      ],
    };
    const make = () => new ScriptProtocol(script, scope);
    const conversations = [0, 1, 2].map((c) => {
      const protocol = make();
      greetingOf(protocol, c);
      protocol.consume(c, NO_REQUEST, latin('220\r\n'), 0, 5);
      const out = new Uint8Array(protocol.longestRequest);
      const yes = text(out.subarray(0, protocol.respond(c, out, 0)));
      const replies = ['A0 \n', 'x\x03\0abc', '12345', 'aaaab', 'A4 \n', 'x\0\0'].map(latin);
      return { greeting: latin(`220\r\nyes ${yes}`), replies };
    });
    expect(checkConformance({ make, conversations, random: seeded(6), damages: 1500 })).toEqual([]);
  });

  test('with any delimiter, which is found where indexOf finds it', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 60 }), (delimiter, stream) => {
        const protocol = script(exchange('x', undefined, parseDelimiter(delimiter)));
        const found: number[] = [];
        for (let at = stream.indexOf(delimiter); at >= 0; at = stream.indexOf(delimiter, at + delimiter.length)) {
          found.push(at + delimiter.length);
        }
        const ends: number[] = [];
        for (let at = 0; at < stream.length; ) {
          at = protocol.consume(0, 0, latin(stream), at, stream.length);
          if (protocol.event === 2) ends.push(at);
        }
        expect(ends).toEqual(found);
      }),
    );
  });
});

describe('a reply that ends with its datagram', () => {
  const datagram: ReplyEnd = { kind: 'datagram' };

  test('is all that was received', () => {
    expect(take(script(exchange('a', undefined, datagram)), latin('anything'), 0)).toEqual({ events: 'complete' });
  });

  test.each<[string, string, number]>([
    ['other', 'the reply differs from the expected one', 0],
    ['a', 'the reply is shorter than the expected one', 1],
    ['abc', 'the reply is longer than the expected one', 2],
  ])('is compared as a whole: %s', (received, fault, position) => {
    const taken = take(script(exchange('a', 'ab', datagram)), latin(received), 0);
    expect(taken).toEqual({ events: 'corrupt', fault, position });
  });
});
