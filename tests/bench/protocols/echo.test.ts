import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { EchoProtocol } from '../../../bench/load/protocols/echo.ts';
import { NO_REQUEST } from '../../../bench/load/protocols/protocol.ts';
import { fixedSize, parseSizes } from '../../../bench/model/message-sizes.ts';
import { seeded } from '../../seeded.ts';
import { finish, requestOf, scope, take } from './talk.ts';

const made = (sizes: string) => new EchoProtocol(parseSizes(sizes), scope);

test.each(['1', '7', '8', '64', '65', '513', '1,9:0.5', '3-200', '600-700'])('echo of sizes %s conforms', (sizes) => {
  const make = () => made(sizes);
  const conversations = [0, 1, 2].map((c) => ({
    greeting: new Uint8Array(0),
    replies: [0, 1, 2, 3].map((sequence) => requestOf(make(), c, sequence)),
  }));
  expect(checkConformance({ make, conversations, random: seeded(1) })).toEqual([]);
});

test('a request has its size, and differs from those of other connections and sequence numbers', () => {
  const protocol = made('64');
  const requests = [
    [0, 0],
    [0, 1],
    [1, 0],
    [2, 70_000],
  ].map(([c = 0, sequence = 0]) => Buffer.from(requestOf(protocol, c, sequence)).toString('latin1'));
  expect(new Set(requests).size).toBe(4);
  expect(requests.map(({ length }) => length)).toEqual([64, 64, 64, 64]);
});

test('is written and compared in the same way at every position in a buffer', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 700 }), fc.nat(40), fc.nat(40), (size, at, from) => {
      const protocol = new EchoProtocol(fixedSize(size), scope);
      const out = new Uint8Array(size + 40);
      expect(protocol.encode(1, 5, out, at)).toBe(size);
      const inbox = new Uint8Array(size + 80);
      inbox.set(out.subarray(at, at + size), from);
      expect(protocol.consume(1, 5, inbox, from, from + size)).toBe(from + size);
      expect(protocol.event).toBe(2);
      expect(protocol.replyBytes).toBe(size);
    }),
  );
});

describe('a wrong reply', () => {
  test.each([0, 3, 4, 7, 8, 15, 16, 63, 64, 511])('is corrupt at its wrong byte, %i of 512', (wrong) => {
    const protocol = made('512');
    const reply = requestOf(protocol, 0, 9).slice();
    reply[wrong] = (reply[wrong] as number) ^ 1;
    expect(take(protocol, reply, 9)).toEqual({
      events: 'corrupt',
      fault: 'the reply differs from the request',
      position: wrong,
    });
    expect(protocol.replyBytes).toBe(wrong);
  });

  test('with a byte lost is corrupt, and so is one without a request', () => {
    const protocol = made('64');
    const reply = requestOf(protocol, 0, 0);
    const next = requestOf(protocol, 0, 1).slice(0, 1);
    expect(take(protocol, Buffer.concat([reply.subarray(0, 30), reply.subarray(31), next]), 0).events).toBe('corrupt');
    protocol.reset(0);
    expect(take(protocol, reply, NO_REQUEST)).toEqual({
      events: 'corrupt',
      fault: 'bytes that answer no request',
      position: 0,
    });
  });

  test('that ends early is corrupt; an end between replies is not', () => {
    const protocol = made('64');
    expect(finish(protocol)).toBe('more');
    take(protocol, requestOf(protocol, 0, 0).subarray(0, 10), 0);
    expect(finish(protocol)).toBe('corrupt');
    expect(protocol.replyBytes).toBe(10);
  });
});
