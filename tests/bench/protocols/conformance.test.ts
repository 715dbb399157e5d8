import { describe, expect, test } from 'vitest';
import { checkConformance } from '../../../bench/load/protocols/conformance/conformance.ts';
import { exampleOf } from '../../../bench/load/protocols/example.ts';
import {
  type ClientProtocol,
  COMPLETE,
  CORRUPT,
  MORE,
  type ProtocolEvent,
  UNSOLICITED,
} from '../../../bench/load/protocols/protocol.ts';
import { seeded } from '../../seeded.ts';
import { latin } from './talk.ts';

const NEWLINE = 10;

/** A plug-in as a user would write it: the reply to a letter is a line of lower-case letters. */
class Lines implements ClientProtocol {
  longestRequest = 2;
  readonly sameRequest: boolean = false;
  readonly greets = false;
  readonly faults = ['', 'bytes that answer no request', 'not a lower-case letter'];
  event: ProtocolEvent = MORE;
  readonly status = 0;
  replyBytes = 0;
  fault = 0;
  readonly received = new Uint32Array(2);

  reset(c: number): void {
    this.received[c] = 0;
  }

  greet(): number {
    return 0;
  }

  encode(_c: number, sequence: number, out: Uint8Array, at: number): number {
    out[at] = 97 + (sequence % 26);
    out[at + 1] = NEWLINE;
    return 2;
  }

  consume(c: number, sequence: number, bytes: Uint8Array, at: number, end: number): number {
    if (sequence < 0) return this.corrupt(UNSOLICITED, 0, at);
    let next = at;
    while (next < end && bytes[next] !== NEWLINE) {
      const byte = bytes[next] as number;
      if (byte < 97 || byte > 122) return this.corrupt(2, (this.received[c] as number) + next - at, next);
      next++;
    }
    const complete = next < end;
    if (complete) next++;
    this.replyBytes = (this.received[c] as number) + next - at;
    this.received[c] = complete ? 0 : this.replyBytes;
    this.event = complete ? COMPLETE : MORE;
    return next;
  }

  corrupt(fault: number, replyBytes: number, position: number): number {
    this.event = CORRUPT;
    this.fault = fault;
    this.replyBytes = replyBytes;
    return position;
  }
}

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
