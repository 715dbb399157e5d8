import { describe, expect, test } from 'vitest';
import { NO_REQUEST } from '../../../bench/load/protocols/protocol.ts';
import { parseRedisCommands } from '../../../bench/load/protocols/redis/command.ts';
import { Keys } from '../../../bench/load/protocols/redis/keys.ts';
import { type RedisExchange, RedisProtocol } from '../../../bench/load/protocols/redis.ts';
import { TextFault } from '../../../bench/load/protocols/text-fault.ts';
import { fixedSize, parseSizes } from '../../../bench/model/message-sizes.ts';
import { greetingOf, latin, requestOf, scope, take } from './talk.ts';

function redis(commands = 'GET {key}', more: Partial<RedisExchange> = {}): RedisProtocol {
  const parsed = parseRedisCommands(commands);
  return new RedisProtocol({ commands: parsed, keys: { count: 100 }, sizes: fixedSize(3), resp: 2, ...more }, scope);
}
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** Reads a request as a server does. @returns its arguments. */
function wordsOf(bytes: Uint8Array): string[] {
  const request = text(bytes);
  const [, count = '', rest = ''] = /^\*(\d+)\r\n(.*)$/s.exec(request) ?? [];
  const words: string[] = [];
  let left = rest;
  for (let i = 0; i < Number(count); i++) {
    const [head = '', length = ''] = /^\$(\d+)\r\n/.exec(left) ?? [];
    words.push(left.slice(head.length, head.length + Number(length)));
    expect(left.slice(head.length + Number(length)).slice(0, 2)).toBe('\r\n');
    left = left.slice(head.length + Number(length) + 2);
  }
  expect(left).toBe('');
  return words;
}

describe('commands', () => {
  test.each<[string, string[][], number[]]>([
    ['PING', [['PING']], [1]],
    [
      'SET {key} {value}:0.5,GET {key}:0.5',
      [
        ['SET', 'K', 'abc'],
        ['GET', 'K'],
      ],
      [0.5, 0.5],
    ],
    [' GET  {key} , PING :0.25', [['GET', 'K'], ['PING']], [0.75, 0.25]],
    [
      'SET x "a, \\"b\\":1",GET "user:1"',
      [
        ['SET', 'x', 'a, "b":1'],
        ['GET', 'user:1'],
      ],
      [0.5, 0.5],
    ],
    ['SET x:{key}:y \\x00<{value}{value}>', [['SET', 'x:K:y', '\0<abcabc>']], [1]],
    ['SET {"a":{key}} 1', [['SET', '{a:K}', '1']], [1]],
    [
      'SET x "",GET y',
      [
        ['SET', 'x', ''],
        ['GET', 'y'],
      ],
      [0.5, 0.5],
    ],
  ])('%s', (written, expected, shares) => {
    const parsed = parseRedisCommands(written);
    expect(parsed.map(({ share }) => share)).toEqual(shares);
    const letters = wordsOf(requestOf(redis('SET {value} x'), 0, 0))[1] ?? '';
    const sent = parsed.map((command) => {
      const words = wordsOf(requestOf(redis('PING', { commands: [{ ...command, share: 1 }] }), 0, 0));
      return words.map((word) => word.replaceAll(/key:\d{12}/g, 'K').replaceAll(letters, 'abc'));
    });
    expect(sent).toEqual(expected);
  });

  test.each<[string, string, number]>([
    ['', 'no-command', 0],
    ['PING,', 'no-command', 5],
    ['GET {kee}', 'unknown-placeholder', 4],
    ['GET {key:5}', 'bad-size', 4],
    ['PING,GET "a', 'open-quote', 9],
    ['GET \\q', 'bad-escape', 4],
    ['GET user:2,PING', 'bad-weight', 9],
    ['GET a:0.5.5', 'bad-weight', 6],
    ['GET a:0.5', 'bad-sum', 0],
    ['GET a:1,PING', 'bad-sum', 0],
    ['GET a:1,GET b:1', 'bad-sum', 0],
  ])('%s is wrong: %s at %i', (written, code, at) => {
    const parse = () => parseRedisCommands(written);
    expect(parse).toThrow(TextFault);
    expect(parse).toThrow(expect.objectContaining({ code, at }));
  });

  test('with values of several sizes have the right lengths, and fit', () => {
    const protocol = redis('SET a-{key} [{value}]', { sizes: parseSizes('1,20-300:0.5') });
    for (let sequence = 0; sequence < 500; sequence++) {
      const [set, key, value = ''] = wordsOf(requestOf(protocol, 1, sequence));
      expect([set, /^a-key:\d{12}$/.test(key ?? ''), /^\[[a-z]{1,300}\]$/.test(value)]).toEqual(['SET', true, true]);
    }
    expect(redis('PING').sameRequest).toBe(true);
    expect(protocol.sameRequest).toBe(false);
  });
});

describe('keys', () => {
  const counts = (keys: Keys, count: number, draws: number) => {
    const drawn = new Float64Array(count);
    for (let sequence = 0; sequence < draws; sequence++) {
      const key = keys.of(sequence % 3, sequence, 0);
      drawn[key] = (drawn[key] as number) + 1;
    }
    return drawn;
  };

  test('are drawn uniformly', () => {
    const drawn = counts(new Keys({ count: 10 }, scope), 10, 100_000);
    for (const times of drawn) expect(Math.abs(times - 10_000)).toBeLessThan(500);
  });

  test.each([0.5, 0.99, 1, 1.5])('follow the law of Zipf with exponent %d', (zipf) => {
    const count = 50;
    const draws = 200_000;
    const drawn = counts(new Keys({ count, zipf }, scope), count, draws);
    const weights = Array.from({ length: count }, (_, k) => (k + 1) ** -zipf);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    // Pearson's chi-squared with 49 degrees of freedom: above 94 with a probability of 1e-4.
    const chi = weights.reduce((total, weight, k) => {
      const expected = (draws * weight) / sum;
      return total + ((drawn[k] as number) - expected) ** 2 / expected;
    }, 0);
    expect(chi).toBeLessThan(94);
  });

  test('of one command are drawn independently', () => {
    const [, first, second] = wordsOf(requestOf(redis('MGET {key} {key}'), 0, 0));
    expect(first).not.toBe(second);
  });

  test.each([{ count: 0 }, { count: 2 ** 33 }, { count: 1.5 }, { count: 5, zipf: 0 }, { count: 5, zipf: Number.NaN }])(
    '%j are refused',
    (keys) => {
      expect(() => redis('PING', { keys })).toThrow(RangeError);
    },
  );
});

describe('a greeting', () => {
  test.each<[string, Partial<RedisExchange>, string[][]]>([
    ['nothing', {}, []],
    ['a password', { password: 'p q' }, [['AUTH', 'p q']]],
    [
      'a user',
      { user: 'u', password: 'p', database: 2 },
      [
        ['AUTH', 'u', 'p'],
        ['SELECT', '2'],
      ],
    ],
    ['RESP3', { resp: 3 }, [['HELLO', '3']]],
    ['RESP3 and a password', { resp: 3, password: 'é' }, [['HELLO', '3', 'AUTH', 'default', 'Ã©']]],
  ])('with %s', (_, more, words) => {
    const protocol = redis('PING', more);
    const sent = text(greetingOf(protocol));
    expect(
      sent
        .split(/(?=\*)/)
        .filter((part) => part !== '')
        .map((part) => wordsOf(latin(part))),
    ).toEqual(words);
    expect(protocol.greets).toBe(words.length > 0);
  });

  test('is complete when all its commands are answered', () => {
    const protocol = redis('PING', { password: 'p', database: 1 });
    greetingOf(protocol);
    expect(take(protocol, latin('+OK\r\n'), NO_REQUEST)).toEqual({ events: 'more' });
    expect(take(protocol, latin('+OK\r\n+PONG\r\n'), NO_REQUEST)).toEqual({ events: 'ready+complete' });
  });

  test('is refused with the text of the server', () => {
    const protocol = redis('PING', { password: 'p', database: 1 });
    greetingOf(protocol);
    expect(take(protocol, latin('-WRONGPASS invalid\x1b\r\n'), NO_REQUEST)).toEqual({ events: 'refused' });
    expect(protocol.refusal(0)).toBe('WRONGPASS invalid\\x1b');
  });
});
