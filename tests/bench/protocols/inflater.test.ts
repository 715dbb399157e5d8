import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { damaged } from '../../../bench/load/protocols/conformance/damage.ts';
import { seeded } from '../../seeded.ts';
import { Bits } from './bits.ts';
import { inflated } from './inflated.ts';
import { latin } from './talk.ts';

// Our inflater against zlib, which compresses, and decides what is valid.

const { Z_SYNC_FLUSH } = constants;
/** The bytes that a sender removes from the end of each message. */
const REMOVED = Buffer.from([0x00, 0x00, 0xff, 0xff]);

const everyByte = (payload: Uint8Array) => Array.from(payload, (_, i) => i + 1);

interface Compression {
  readonly level: number;
  readonly strategy: number;
  readonly memLevel: number;
  readonly windowBits: number;
}

/** Compresses a message as RFC 7692 demands. */
function compressed(message: Uint8Array, options: Partial<Compression> = {}): Buffer {
  const bytes = deflateRawSync(message, { ...options, finishFlush: Z_SYNC_FLUSH });
  if (!bytes.subarray(-4).equals(REMOVED)) throw new Error('zlib did not flush');
  return bytes.subarray(0, -4);
}

const piece = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc.array(fc.integer({ min: 97, max: 122 }), { maxLength: 300 }).map((letters) => Uint8Array.from(letters)),
  fc.tuple(fc.nat(255), fc.nat(700)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
  fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(40)).map(([word, times]) => {
    return Uint8Array.from({ length: word.length * times }, (_, i) => word[i % word.length] as number);
  }),
);
const messages = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => Buffer.concat(pieces));
const compressions: fc.Arbitrary<Compression> = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.integer({ min: 0, max: 4 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
});

describe('what zlib compresses', () => {
  test('is inflated, cut at any byte', () => {
    fc.assert(
      fc.property(messages, compressions, (message, options) => {
        const payload = compressed(message, options);
        const right = { fault: '', position: payload.length };
        expect(inflated(payload, message, [], options.windowBits)).toEqual(right);
        expect(inflated(payload, message, everyByte(payload), options.windowBits)).toEqual(right);
        const step = Math.ceil(payload.length / 200);
        const wrong: unknown[] = [];
        for (let cut = 1; cut < payload.length; cut += step) {
          const { fault, position } = inflated(payload, message, [cut], options.windowBits);
          if (fault !== '' || position !== payload.length) wrong.push({ cut, fault, position });
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('is inflated when it is longer than the window', () => {
    const random = seeded(3);
    const block = Buffer.from(Array.from({ length: 20_000 }, () => 256 * random()));
    const message = Buffer.concat([block, block, Buffer.alloc(70_000), block]);
    for (const level of [0, 1, 6, 9]) {
      const payload = compressed(message, { level });
      expect(inflated(payload, message, [10, 5000, 20_010])).toEqual({ fault: '', position: payload.length });
    }
  });

  test('differs at the first wrong byte', () => {
    fc.assert(
      fc.property(messages, compressions, fc.nat(), (message, options, nth) => {
        fc.pre(message.length > 0);
        const payload = compressed(message, options);
        const expected = Buffer.from(message);
        const wrong = nth % message.length;
        expected[wrong] = (expected[wrong] as number) ^ 1;
        const result = inflated(payload, expected);
        expect(result.fault).toBe('the message differs from the request');
        expect(inflated(payload, expected, everyByte(payload))).toEqual(result);
        // zlib has the wrong byte, and not more than one symbol, after the byte at the position of the fault.
        const before = partOf(payload.subarray(0, result.position)).length;
        expect(before).toBeLessThanOrEqual(wrong);
        expect(partOf(payload.subarray(0, result.position + 1)).length).toBeGreaterThan(wrong);
      }),
      { numRuns: 200 },
    );
  });

  test('of another length is a fault', () => {
    fc.assert(
      fc.property(messages, compressions, (message, options) => {
        const payload = compressed(message, options);
        const longer = Buffer.concat([message, latin('x')]);
        expect(inflated(payload, longer).fault).toBe('the message is shorter than the request');
        if (message.length === 0) return;
        expect(inflated(payload, message.subarray(0, -1)).fault).toBe('the message is longer than the request');
      }),
      { numRuns: 200 },
    );
  });

  test('is bounded: the first byte too many is a fault', () => {
    const bomb = compressed(Buffer.alloc(10_000_000));
    const { fault, position } = inflated(bomb, Buffer.alloc(1000));
    expect(fault).toBe('the message is longer than the request');
    expect(position).toBeLessThan(30);
  });
});

/** Returns what zlib inflates from the beginning of a stream. */
function partOf(payload: Uint8Array): Buffer {
  return inflateRawSync(payload, { finishFlush: Z_SYNC_FLUSH });
}

const next = deflateRawSync(latin('next'));

/** Returns whether zlib accepts a compressed message: it is `message`, and what follows is read from the next byte on. */
function acceptedByZlib(payload: Uint8Array, message: Buffer): boolean {
  // Most of the time would go into the stack traces of errors.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    if (!partOf(payload).equals(message)) return false;
    const whole = inflateRawSync(Buffer.concat([payload, REMOVED, next]), { info: true } as object) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    // After a final block, zlib reads nothing more. It is the empty one, or one byte begins that: RFC 7692 §7.2.3.4.
    const isFinal = whole.buffer.equals(message);
    const last = payload.at(-1) ?? 1;
    const { bytesWritten } = whole.engine;
    if (isFinal && bytesWritten === payload.length + REMOVED.length) return true;
    if (isFinal) return bytesWritten === payload.length - 1 && (last & 7) === 0;
    return whole.buffer.equals(Buffer.concat([message, latin('next')]));
  } catch {
    return false;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

test('what is damaged is accepted exactly if zlib accepts it, and gives the same result wherever it is cut', () => {
  const random = seeded(5);
  let accepted = 0;
  fc.assert(
    fc.property(messages, compressions, (message, options) => {
      const payload = compressed(message, { ...options, windowBits: 15 });
      for (let i = 0; i < 30; i++) {
        const bytes = damaged(payload, random);
        const result = inflated(bytes, message);
        const isAccepted = result.fault === '';
        expect({
          ...inflated(bytes, message, everyByte(bytes)),
          isAccepted,
        }).toEqual({ ...result, isAccepted: acceptedByZlib(bytes, message) });
        if (isAccepted) accepted++;
      }
    }),
    { numRuns: 150 },
  );
  // Damage that changes nothing, such as a repeated piece of length 0.
  expect(accepted).toBeGreaterThan(0);
});

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test.each([
  ['one block', 'f2 48 cd c9 c9 07 00'],
  ['two blocks', 'f2 48 05 00 00 00 ff ff ca c9 c9 07 00'],
  ['a stored block', '00 05 00 fa ff 48 65 6c 6c 6f 00'],
  ['a final block', 'f3 48 cd c9 c9 07 00 00'],
])('the example of RFC 7692 with %s is inflated', (_, bytes) => {
  const payload = hex(bytes);
  expect(inflated(payload, Buffer.from('Hello'))).toEqual({ fault: '', position: payload.length });
  expect(inflated(payload, Buffer.from('Hello'), everyByte(payload)).fault).toBe('');
});

describe('a fault', () => {
  const tooManyRepeats = new Bits().number(0b100, 3).number(0, 5).number(0, 5).number(0, 4);
  // Codes of one bit for 18 and 0; then 138 zeros, twice.
  for (const length of [0, 0, 1, 1]) tooManyRepeats.number(length, 3);
  for (let i = 0; i < 2; i++) tooManyRepeats.code(1, 1).number(127, 7);
  const noneBefore = new Bits().number(0b100, 3).number(0, 5).number(0, 5).number(0, 4);
  // Codes of one bit for 16 and 0.
  for (const length of [1, 0, 0, 1]) noneBefore.number(length, 3);
  noneBefore.code(1, 1).number(0, 2);
  const noEnd = new Bits().codes(257, 1);
  for (let i = 0; i < 258; i++) noEnd.code(i < 2 ? 1 : 0, 4);

  test.each<[string, Uint8Array, string, number, RegExp]>([
    ['type 3', hex('06'), 'unknown type', 0, /invalid block type/],
    ['a stored block with other lengths', hex('00 05 00 fb ff'), 'two lengths that differ', 4, /stored block lengths/],
    ['287 codes for literals', new Bits().codes(287, 1).bytes, 'define no code', 2, /too many length or distance/],
    ['31 codes for distances', new Bits().codes(257, 31).bytes, 'define no code', 2, /too many length or distance/],
    ['too many lengths', tooManyRepeats.bytes, 'define no code', 5, /invalid bit length repeat/],
    ['a repeated length without one before it', noneBefore.bytes, 'define no code', 3, /invalid bit length repeat/],
    ['no code for the end of the block', noEnd.bytes, 'define no code', 138, /missing end-of-block/],
    ['literal 286', new Bits().number(2, 3).code(0xc6, 8).bytes, 'does not exist', 1, /invalid literal\/length code/],
    [
      'distance 30',
      new Bits().number(2, 3).code(0x91, 8).code(1, 7).code(30, 5).bytes,
      'does not exist',
      2,
      /invalid distance code/,
    ],
    [
      'a reference to before the message',
      new Bits().number(2, 3).code(0x91, 8).code(1, 7).code(1, 5).bytes,
      'beyond the beginning',
      2,
      /too far back/,
    ],
  ])('of %s is reported where zlib reports it', (_, payload, fault, position, ofZlib) => {
    const message = Buffer.from('aaaaaaa');
    expect(inflated(payload, message)).toEqual({ fault: expect.stringContaining(fault), position });
    expect(inflated(payload, message, everyByte(payload)).position).toBe(position);
    expect(() => partOf(payload)).toThrow(ofZlib);
    // Nothing is wrong before.
    expect(() => partOf(payload.subarray(0, position))).not.toThrow();
  });

  test.each([
    ['with a missing byte', 'f2 48 cd c9 c9 07', 'does not end'],
    ['with the bytes that must be removed', 'f2 48 cd c9 c9 07 00 00 00 ff ff', 'does not end'],
    ['with one of them', 'f2 48 cd c9 c9 07 00 00', 'does not end'],
    ['without bytes', '', 'does not end'],
    ['with a final block alone', 'f3 48 cd c9 c9 07 00', 'does not end'],
    ['with a block after a final one', 'f3 48 cd c9 c9 07 00 02 00', 'after a final block'],
    ['with bytes after a final block', 'f3 48 cd c9 c9 07 00 00 00', 'after a final block'],
  ])('of a message %s', (_, bytes, fault) => {
    expect(inflated(hex(bytes), Buffer.from('Hello')).fault).toContain(fault);
  });

  test('of a reference beyond the window', () => {
    const random = seeded(4);
    const block = Buffer.from(Array.from({ length: 300 }, () => 256 * random()));
    const message = Buffer.concat([block, block]);
    const payload = compressed(message);
    expect(inflated(payload, message, [], 9).fault).toBe('');
    expect(inflated(payload, message, [], 8).fault).toContain('or of the window');
  });
});

/** Code lengths of a complete code for some symbols of an alphabet, one of which may be wrong. */
function codeLengths(symbols: number, always: number): fc.Arbitrary<number[]> {
  const splits = fc.array(fc.nat(), { maxLength: 80 });
  return fc.tuple(splits, fc.nat(), fc.constantFrom(0, 0, 0, 1, -1)).map(([at, first, change]) => {
    const leaves = [0];
    for (const nth of at) {
      const i = nth % leaves.length;
      const length = leaves[i] as number;
      if (length < 15 && leaves.length < symbols - 1) leaves.splice(i, 1, length + 1, length + 1);
    }
    if (leaves.length === 1) leaves[0] = 1;
    const lengths = new Array<number>(symbols).fill(0);
    for (const [i, length] of leaves.entries()) lengths[(always + i * (1 + (first % 5) * 2)) % symbols] = length;
    lengths[always] = Math.min(15, Math.max(0, (lengths[always] as number) + change));
    return lengths;
  });
}

test('codes of all kinds are accepted exactly if zlib accepts them, and decoded as it does', () => {
  const data = fc.uint8Array({ maxLength: 60 });
  let decoded = 0;
  fc.assert(
    fc.property(codeLengths(286, 256), codeLengths(30, 0), data, (literals, distances, bytes) => {
      const bits = new Bits().codes(literals.length, distances.length);
      for (const length of [...literals, ...distances]) bits.code(length, 4);
      const { error } = triedByZlib(bits.bytes);
      const { fault } = inflated(bits.bytes, Buffer.alloc(0));
      const isBadCode = /(literal\/lengths|distances) set|end-of-block/.test(error);
      expect([fault.includes('define no code'), error]).toEqual([isBadCode, error]);
      for (const byte of bytes) bits.number(byte, 8);
      const { output } = triedByZlib(bits.bytes);
      if (output === undefined) return;
      // The data are random: they end anywhere. zlib reports a block without any codes at its end, ours at its beginning.
      expect(inflated(bits.bytes, output).fault).toMatch(/^$|does not end|after a final block|define no code/);
      decoded += output.length;
    }),
    { numRuns: 1000 },
  );
  expect(decoded).toBeGreaterThan(0);
});

function triedByZlib(payload: Uint8Array): { readonly output?: Buffer; readonly error: string } {
  try {
    return { output: partOf(payload), error: '' };
  } catch (error) {
    return { error: (error as Error).message };
  }
}
