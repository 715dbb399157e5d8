import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CALL, CALLED, GARBAGE, LINE, LineReaders, NOTHING_WHOLE, writeLine } from '../../bench/load/chat/lines.ts';

const SIZE = 20;

function line(speaker: number, number: number): Buffer {
  const bytes = Buffer.alloc(SIZE);
  writeLine(bytes, 0, SIZE, speaker, number);
  return bytes;
}

/** Returns everything that a reader finds in pieces that come to connection 0. */
function found(pieces: readonly Uint8Array[]): (readonly number[])[] {
  const readers = new LineReaders(1, SIZE);
  return pieces.flatMap((piece) => {
    const all: number[][] = [];
    for (let at = 0; at < piece.length; at = readers.next) {
      const kind = readers.read(0, piece, at, piece.length);
      if (kind === LINE) all.push([kind, readers.sender, readers.number]);
      else if (kind !== NOTHING_WHOLE) all.push([kind]);
    }
    return all;
  });
}

test('a line has its documented format', () => {
  expect(String(line(0x1f, 0xabcdef01))).toBe('0000001fabcdef01...\n');
});

test('lines and calls are parsed as written, wherever the stream is cut', () => {
  const received = fc.array(fc.option(fc.tuple(fc.nat(0x7fffffff), fc.nat(0x7fffffff))), { maxLength: 8 });
  fc.assert(
    fc.property(received, fc.array(fc.nat(200)), (lines, cuts) => {
      const bytes = Buffer.concat(lines.map((numbers) => (numbers === null ? CALL : line(...numbers))));
      const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const pieces = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
      expect(found(pieces)).toEqual(lines.map((numbers) => (numbers === null ? [CALLED] : [LINE, ...numbers])));
    }),
  );
});

test('a changed, dropped or added byte gives garbage or a different line', () => {
  const right = line(5, 0x1234);
  for (let at = 0; at < SIZE - 1; at++) {
    const changed = Buffer.from(right);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    const dropped = Buffer.concat([right.subarray(0, at), right.subarray(at + 1)]);
    const added = Buffer.concat([right.subarray(0, at), Buffer.from('.'), right.subarray(at)]);
    expect(found([changed])).not.toEqual(found([right]));
    for (const wrong of [dropped, added]) expect(found([wrong])).toEqual([[GARBAGE]]);
  }
});

test('a line after garbage is still read', () => {
  expect(found([Buffer.from('hello\n'), line(1, 2)])).toEqual([[GARBAGE], [LINE, 1, 2]]);
});

test('connections do not mix, and a reset connection discards its partial line', () => {
  const readers = new LineReaders(2, SIZE);
  const [one, two] = [line(1, 10), line(2, 20)];
  expect(readers.read(0, one, 0, 9)).toBe(NOTHING_WHOLE);
  expect(readers.read(1, two, 0, SIZE)).toBe(LINE);
  expect([readers.sender, readers.number]).toEqual([2, 20]);
  expect(readers.read(0, one, 9, SIZE)).toBe(LINE);
  expect([readers.sender, readers.number]).toEqual([1, 10]);
  readers.read(0, one, 0, 9);
  readers.reset(0);
  expect(readers.read(0, two, 0, SIZE)).toBe(LINE);
});
