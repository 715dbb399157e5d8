import { describe, expect, test } from 'vitest';
import { chunked, eventsOf, http, PAGE, response } from './http-exchange.ts';
import { finish, latin, take } from './talk.ts';

describe('the expected body', () => {
  const OTHER = 'the body differs from the expected one';
  const SHORT = 'the body is shorter than the expected one';
  const LONG = 'the body is longer than the expected one';
  const head = PAGE.length - 5;

  test.each<[string, string, string | undefined, number]>([
    ['equal', PAGE, undefined, 0],
    ['equal in chunks', chunked('2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'), undefined, 0],
    ['different', PAGE.replace('hello', 'hallo'), OTHER, head + 1],
    ['shorter', PAGE.replace('5', '4').replace('hello', 'hell'), SHORT, head + 4],
    ['empty', response('Content-Length: 0'), SHORT, head],
    ['longer', PAGE.replace('5', '6').replace('hello', 'hello!'), LONG, head + 5],
    ['longer in chunks', chunked('5\r\nhello\r\n1\r\n!\r\n'), LONG, chunked('5\r\nhello\r\n1\r\n').length],
    ['that of a refusal', PAGE.replace('200', '500').replace('hello', 'sorry'), undefined, 0],
  ])('is %s', (_, text, fault, position) => {
    const events = text.includes('500') ? 'refused' : 'complete';
    const expected = fault === undefined ? { events } : { events: 'corrupt', fault, position };
    expect(eventsOf(text, { expectBody: latin('hello') })).toEqual(expected);
  });

  test('is the same as the first one', () => {
    const protocol = http({ expectBody: 'same' });
    expect(take(protocol, latin(PAGE.repeat(2)), 0)).toEqual({ events: 'complete+complete' });
    expect(take(protocol, latin(PAGE.replace('hello', 'hellO')), 0)).toMatchObject({
      fault: OTHER,
      position: head + 4,
    });
    protocol.reset(0);
    expect(take(protocol, latin(response('Content-Length: 0')), 0)).toMatchObject({ fault: SHORT });
    protocol.reset(0);
    expect(take(protocol, latin(PAGE.replace('5', '6').concat('!')), 0)).toMatchObject({ fault: LONG });
  });

  test('is compared byte by byte with a first one that is received on two connections at once', () => {
    const protocol = http({ expectBody: 'same' });
    const bytes = latin(PAGE);
    for (let at = 0; at < bytes.length; at++) {
      for (const c of [1, 2]) protocol.consume(c, 0, bytes, at, at + 1);
    }
    expect(protocol.event).toBe(2);
    expect(take(protocol, latin(PAGE.replace('hello', 'xello')), 0)).toMatchObject({ fault: OTHER, position: head });
  });

  test('that is the first one is kept up to 16 MiB, and beyond only its length is compared', () => {
    const size = 17 * 1024 * 1024;
    const protocol = http({ expectBody: 'same' });
    const reply = Buffer.concat([latin(response(`Content-Length: ${size}`)), Buffer.alloc(size, 'x')]);
    expect(take(protocol, reply, 0)).toEqual({ events: 'complete' });
    reply[reply.length - 1] = 0;
    expect(take(protocol, reply, 0)).toEqual({ events: 'complete' });
    const wrong = reply.length - 2 * 1024 * 1024;
    reply[wrong] = 0;
    expect(take(protocol, reply, 0)).toMatchObject({ fault: OTHER, position: wrong });
    protocol.reset(0);
    const shorter = Buffer.concat([latin(response(`Content-Length: ${size - 1}`)), Buffer.alloc(size - 1, 'x')]);
    expect(take(protocol, shorter, 0)).toMatchObject({ fault: SHORT, position: shorter.length });
  });

  test('that ends with the connection is compared at FIN', () => {
    const protocol = http({ expectBody: latin('hello') });
    take(protocol, latin(`${response()}hell`), 0);
    expect(finish(protocol)).toBe('corrupt');
    protocol.reset(0);
    take(protocol, latin(`${response()}hello`), 0);
    expect(finish(protocol)).toBe('last');
  });
});
