import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { NO_REQUEST } from '../../../bench/load/protocols/protocol.ts';
import { parseRedisCommands } from '../../../bench/load/protocols/redis/command.ts';
import { type RedisExchange, RedisProtocol } from '../../../bench/load/protocols/redis.ts';
import { fixedSize, parseSizes } from '../../../bench/model/message-sizes.ts';
import { seeded } from '../../seeded.ts';
import { finish, greetingOf, latin, scope, take } from './talk.ts';

function redis(commands = 'GET {key}', more: Partial<RedisExchange> = {}): RedisProtocol {
  const parsed = parseRedisCommands(commands);
  return new RedisProtocol({ commands: parsed, keys: { count: 100 }, sizes: fixedSize(3), resp: 2, ...more }, scope);
}
const resp3 = () => redis('GET {key}', { resp: 3 });

describe('a reply', () => {
  test.each([
    '+OK',
    '+',
    ':0',
    ':-1',
    ':+5',
    ':9223372036854775807',
    '$5\r\nhello',
    '$0\r\n',
    '$4\r\n\r\n\r\n',
    '$-1',
    '*0',
    '*-1',
    '*2\r\n+a\r\n$1\r\nb',
    '*2\r\n*2\r\n:1\r\n*0\r\n*1\r\n$-1',
    '*2\r\n-ERR a\r\n+b',
  ])('%j of RESP2 and RESP3', (reply) => {
    const bytes = latin(`${reply}\r\n`.repeat(2));
    expect(take(redis(), bytes, 0)).toEqual({ events: 'complete+complete' });
    const protocol = resp3();
    greetingOf(protocol);
    expect(take(protocol, latin(`+OK\r\n${reply}\r\n`), NO_REQUEST)).toEqual({ events: 'ready+complete' });
  });

  test.each([
    '_',
    '#t',
    '#f',
    ',1.23',
    ',-10',
    ',1e5',
    ',1.5E-7',
    ',inf',
    ',-inf',
    ',nan',
    '(0',
    '(-3492890328409238509324850943850943825024385',
    '=7\r\ntxt:abc',
    '%2\r\n+a\r\n:1\r\n+b\r\n%1\r\n+c\r\n_',
    '~3\r\n+a\r\n#t\r\n,1',
    '|1\r\n+ttl\r\n:5\r\n+OK',
    '*2\r\n|1\r\n+ttl\r\n*1\r\n:5\r\n+a\r\n+b',
    '|0\r\n+OK',
    '%0',
  ])('%j of RESP3 only', (reply) => {
    const protocol = resp3();
    greetingOf(protocol);
    expect(take(protocol, latin(`+OK\r\n${reply}\r\n${reply}\r\n`), NO_REQUEST).events).toBe('ready+complete+complete');
    expect(take(redis(), latin(`${reply}\r\n`), 0)).toMatchObject({ events: 'corrupt' });
  });

  test('that is an error is refused with its text', () => {
    const protocol = resp3();
    greetingOf(protocol);
    take(protocol, latin('%1\r\n+proto\r\n:3\r\n'), NO_REQUEST);
    for (const [reply, refusal] of [
      ['-ERR unknown\r\n', 'ERR unknown'],
      ['!12\r\nSYNTAX a\r\nbc\r\n', 'SYNTAX a\\r\\nbc'],
      ['|1\r\n+a\r\n+b\r\n-ERR c\r\n', 'ERR c'],
      [`-${'x'.repeat(500)}\r\n`, 'x'.repeat(120)],
    ] as const) {
      expect(take(protocol, latin(reply), 0)).toEqual({ events: 'refused' });
      expect(protocol.refusal(0)).toBe(refusal);
    }
    expect(take(protocol, latin('*1\r\n-ERR nested\r\n'), 0).events).toBe('complete');
  });

  test('may follow push messages, which are not replies', () => {
    const protocol = resp3();
    greetingOf(protocol);
    const push = '>2\r\n+invalidate\r\n*1\r\n$1\r\na\r\n';
    expect(take(protocol, latin(`%0\r\n${push}`), NO_REQUEST)).toEqual({ events: 'ready' });
    expect(take(protocol, latin(push), NO_REQUEST)).toEqual({ events: 'more' });
    expect(take(protocol, latin(`${push}+OK\r\n${push}${push}:1\r\n`), 0)).toEqual({ events: 'complete+complete' });
    expect(protocol.replyBytes).toBe(4);
    expect(take(protocol, latin('+OK\r\n'), NO_REQUEST).fault).toBe('bytes that answer no request');
    expect(take(redis(), latin(push), 0).events).toBe('corrupt');
  });

  test('that ends early is corrupt', () => {
    const protocol = redis();
    expect(finish(protocol)).toBe('more');
    take(protocol, latin('$5\r\nhe'), 0);
    expect([finish(protocol), protocol.replyBytes]).toEqual(['corrupt', 6]);
  });
});

describe('a corrupt reply', () => {
  test.each<[string, string]>([
    ['¤OK\r\n', 'does not have'],
    ['¤\r\n', 'does not have'],
    ['¤HTTP/1.1 400\r\n', 'does not have'],
    ['+OK¤\n', 'a CR without LF'],
    ['+OK\r¤\r\n', 'a CR without LF'],
    ['$5¤\nhello', 'a CR without LF'],
    ['$5\r\nhello¤!\r\n', 'not followed by CRLF'],
    ['$5\r\nhello\r¤!', 'not followed by CRLF'],
    ['$5\r\nhello¤\n', 'not followed by CRLF'],
    ['$¤\r\n', 'with invalid characters'],
    ['$¤+5\r\n', 'with invalid characters'],
    ['$5¤ \r\n', 'with invalid characters'],
    ['$0¤5\r\n', 'with invalid characters'],
    ['$-¤2\r\n', 'with invalid characters'],
    ['$-1¤1\r\n', 'with invalid characters'],
    ['$¤?\r\n', 'with invalid characters'],
    ['*¤x\r\n', 'with invalid characters'],
    [':¤\r\n', 'with invalid characters'],
    [':1¤.5\r\n', 'with invalid characters'],
    [':-¤\r\n', 'with invalid characters'],
    [':18446744073709551616¤\r\n', 'more than 64 bits'],
    ['$18446744073709551616¤\r\n', 'more than 64 bits'],
    ['*4294967297¤\r\n', 'more than 64 bits'],
    [`+${'x'.repeat(65_536)}¤x`, 'more than 64 KiB'],
    [',1¤,5\r\n', 'with invalid characters'],
    [',1.¤\r\n', 'with invalid characters'],
    [',in¤\r\n', 'with invalid characters'],
    [',1e¤\r\n', 'with invalid characters'],
    ['#¤x\r\n', 'with invalid characters'],
    ['_¤x\r\n', 'with invalid characters'],
    ['(1¤a\r\n', 'with invalid characters'],
    ['!-1¤\r\n', '-1 for a type that has no null'],
    ['%-1¤\r\n', '-1 for a type that has no null'],
    ['=3¤\r\ntxt\r\n', 'without the three letters'],
    ['=5\r\ntex¤tx\r\n', 'without the three letters'],
    ['*1\r\n¤>1\r\n+a\r\n', 'a push message within a reply'],
  ])('%j', (reply, reason) => {
    const hello = '%0\r\n';
    const protocol = resp3();
    greetingOf(protocol);
    take(protocol, latin(hello), NO_REQUEST);
    const position = reply.indexOf('¤');
    const fault = expect.stringContaining(reason);
    expect(take(protocol, latin(reply.replace('¤', '')), 0)).toEqual({ events: 'corrupt', fault, position });
    expect(protocol.replyBytes).toBe(position);
  });

  test('may be nested to any depth, without taking memory or time', () => {
    const protocol = redis();
    const deep = latin('*4294967296\r\n'.repeat(100_000));
    expect(take(protocol, deep, 0)).toEqual({ events: 'more' });
    expect(take(redis(), latin(`${'*1\r\n'.repeat(100_000)}+a\r\n`), 0)).toEqual({ events: 'complete' });
    // A map has two values for each key: half as many levels exceed the limit as of arrays.
    const endless = latin('%4294967296\r\n'.repeat(550_000));
    expect(take(resp3(), endless, 0)).toMatchObject({ fault: expect.stringContaining('more than 64 bits') });
  });
});

/** A value of RESP3, as bytes. */
const { value: resp3Value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(
      '+OK\r\n',
      '-ERR x\r\n',
      ':12\r\n',
      '_\r\n',
      '#t\r\n',
      ',1.5\r\n',
      '(99\r\n',
      '$-1\r\n',
      '=5\r\ntxt:a\r\n',
    ),
    fc.string({ unit: 'binary-ascii' }).map((content) => `$${content.length}\r\n${content}\r\n`),
    fc.tuple(fc.constantFrom('*', '~'), fc.array(tie('value'), { maxLength: 4 })).map(([type, values]) => {
      return `${type}${values.length}\r\n${values.join('')}`;
    }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => {
      return `%${pairs.length}\r\n${pairs.flat().join('')}`;
    }),
  ),
}));

describe('Redis conforms', () => {
  test('with a greeting, errors, nulls and pushes', () => {
    const make = () => redis('GET {key}:0.4,SET {key} {value}', { resp: 3, database: 1, sizes: parseSizes('1-200') });
    const replies = [
      '+OK\r\n',
      '$5\r\nhello\r\n',
      '-ERR no\r\n',
      '>1\r\n+a\r\n:17\r\n',
      '*3\r\n_\r\n%1\r\n+a\r\n=7\r\ntxt:abc\r\n,1.5e7\r\n',
      '!5\r\nERR x\r\n',
      '|1\r\n+a\r\n+b\r\n-ERR y\r\n',
    ].map(latin);
    const conversation = { greeting: latin('%1\r\n+proto\r\n:3\r\n+OK\r\n'), replies };
    const conversations = [conversation, { ...conversation, replies: replies.toReversed() }];
    expect(checkConformance({ make, conversations, random: seeded(4), damages: 2000 })).toEqual([]);
  });

  test('with any values', () => {
    fc.assert(
      fc.property(fc.array(resp3Value, { minLength: 1, maxLength: 4 }), (values) => {
        const conversations = [{ greeting: latin('%0\r\n'), replies: values.map(latin) }];
        expect(checkConformance({ make: resp3, conversations, random: seeded(5), damages: 10 })).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
