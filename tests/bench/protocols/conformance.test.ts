import { describe, expect, test } from 'vitest';
import { checkConformance, conformanceOf } from '../../../bench/load/protocols/conformance/conformance.ts';
import { exampleOf } from '../../../bench/load/protocols/example.ts';
import { type ClientProtocol, COMPLETE, MORE } from '../../../bench/load/protocols/protocol.ts';
import { seeded } from '../../seeded.ts';
import { Lines } from './lines.ts';
import { latin } from './talk.ts';

const greeting = new Uint8Array(0);
const conversations = [
  { greeting, replies: ['abc\n', '\n', 'de\n'].map(latin) },
  { greeting, replies: ['f\n', 'ghijk\n'].map(latin) },
];
const faultsOf = (make: () => ClientProtocol) =>
  checkConformance({ make, conversations, random: seeded(1), damages: 200 }).map(({ check }) => check);

test('a protocol that conforms has no faults', () => {
  expect(checkConformance({ make: () => new Lines(), conversations, random: seeded(1) })).toEqual([]);
});

describe('reports a protocol that', () => {
  let calls = 0;
  test.each<[string, () => ClientProtocol, string]>([
    ['writes more than longestRequest', () => Object.assign(new Lines(), { longestRequest: 1 }), 'requests'],
    [
      'writes bytes outside those that it reports',
      () =>
        new (class extends Lines {
          override encode(c: number, sequence: number, out: Uint8Array, at: number) {
            return super.encode(c, sequence, out, at) - 1;
          }
        })(),
      'requests',
    ],
    [
      'encodes the same request differently',
      () =>
        new (class extends Lines {
          override encode(c: number, _sequence: number, out: Uint8Array, at: number) {
            return super.encode(c, calls++, out, at);
          }
        })(),
      'requests',
    ],
    [
      'sets sameRequest, and encodes different requests',
      () =>
        new (class extends Lines {
          override readonly sameRequest = true;
        })(),
      'requests',
    ],
    [
      'changes a request into another one than it encodes',
      () => Object.assign(new Lines(), { change: () => undefined }),
      'requests',
    ],
    [
      'handles two replies as one',
      () =>
        new (class extends Lines {
          override consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
            super.consume(c, sequence, bytes, at, end);
            return this.event === COMPLETE ? end : end - 1;
          }
        })(),
      'merged',
    ],
    [
      'loses its state at a cut',
      () =>
        new (class extends Lines {
          override consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
            this.reset(c);
            return super.consume(c, sequence, bytes, at, end);
          }
        })(),
      'split',
    ],
    [
      'reads beyond the end',
      () =>
        new (class extends Lines {
          override consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
            return super.consume(c, sequence, bytes, at, Math.max(end, Math.min(bytes.length, end + 1)));
          }
        })(),
      'split',
    ],
    [
      'shares one state among all connections',
      () =>
        new (class extends Lines {
          override consume(_c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
            return super.consume(0, sequence, bytes, at, end);
          }
          override reset(): void {
            super.reset(0);
          }
        })(),
      'interleaved',
    ],
    [
      'keeps its state when it is reset',
      () =>
        new (class extends Lines {
          override reset(): void {}
        })(),
      'damaged',
    ],
    [
      'changes the bytes that it reads',
      () =>
        new (class extends Lines {
          override consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
            const next = super.consume(c, sequence, bytes, at, end);
            bytes[at] = 0;
            return next;
          }
        })(),
      'replies',
    ],
    [
      'stops without an event',
      () =>
        new (class extends Lines {
          override consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
            const next = super.consume(c, sequence, bytes, at, end);
            return this.event === MORE ? at : next;
          }
        })(),
      'split',
    ],
    [
      'throws when a byte is unexpected',
      () =>
        new (class extends Lines {
          override corrupt(): number {
            throw new RangeError('unexpected');
          }
        })(),
      'damaged',
    ],
    [
      'has no text for a fault',
      () =>
        new (class extends Lines {
          override readonly faults = ['', 'bytes that answer no request'];
        })(),
      'damaged',
    ],
    [
      'completes any reply at FIN',
      () =>
        new (class extends Lines {
          finish(): void {
            this.event = COMPLETE;
          }
        })(),
      'ended',
    ],
  ])('%s', (_, make, check) => {
    expect(faultsOf(make)).toContain(check);
  });
});

test('an example shows the bytes around a wrong one, escaped', () => {
  expect(exampleOf(latin('a\r\n\t\\\0\x7f\xff~'), 0, 9, 3)).toBe('a\\r\\n\\t\\\\\\x00\\x7f\\xff~');
  const long = latin('x'.repeat(500).replace(/^.{300}/, 'y'.repeat(300)));
  expect(exampleOf(long, 0, 500, 300)).toBe('y'.repeat(48) + 'x'.repeat(72));
  expect(exampleOf(long, 290, 500, 300)).toBe('y'.repeat(10) + 'x'.repeat(110));
  expect(exampleOf(long, 0, 305, 305)).toBe('y'.repeat(43) + 'x'.repeat(5));
  expect(exampleOf(long, 0, 0, 0)).toBe('');
});

describe('of datagrams', () => {
  /** The reply to a letter is a datagram of any length that begins with it. */
  class Letters extends Lines {
    override consume(_c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
      if (bytes[at] !== 97 + sequence) return this.corrupt(2, 0, at);
      this.event = COMPLETE;
      this.replyBytes = end - at;
      return end;
    }
  }
  const datagrams = [
    { greeting, replies: ['a', 'bcd'].map(latin) },
    { greeting, replies: ['axy', 'b', 'c'].map(latin) },
  ];
  const outcomesOf = (make: () => ClientProtocol, asDatagrams: boolean) =>
    conformanceOf({ make, conversations: datagrams, datagrams: asDatagrams, random: seeded(1) })
      .filter(({ fault }) => fault !== undefined)
      .map(({ check }) => check);

  test('replies are neither cut nor merged', () => {
    expect(outcomesOf(() => new Letters(), true)).toEqual([]);
    expect(outcomesOf(() => new Letters(), false)).toEqual(['merged', 'split', 'damaged']);
  });

  test('a read beyond the end is reported', () => {
    const make = () =>
      new (class extends Letters {
        override consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number) {
          const next = super.consume(c, sequence, bytes, at, end);
          this.replyBytes = bytes.length;
          return next;
        }
      })();
    expect(outcomesOf(make, true)).toEqual(['adjacent', 'damaged']);
  });
});
