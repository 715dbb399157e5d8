import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecordBoundaries } from '../../../bench/load/channels/record-boundaries.ts';

function record(length: number): Buffer {
  return Buffer.concat([Buffer.of(23, 3, 3, length >> 8, length & 0xff), Buffer.alloc(length, 0xff)]);
}

test('records that end in the received bytes are counted, wherever the bytes are cut', () => {
  const lengths = fc.array(fc.oneof(fc.nat(20), fc.constantFrom(255, 256, 16_384, 16_640)), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(lengths, fc.array(fc.nat(20_000)), (records, cuts) => {
      const bytes = Buffer.concat(records.map(record));
      const places = [...new Set([0, ...cuts.filter((cut) => cut < bytes.length), bytes.length])].sort((a, b) => a - b);
      const boundaries = new RecordBoundaries(3);
      let ended = 0;
      for (const [i, from] of places.entries()) ended += boundaries.follow(1, bytes, from, places[i + 1] ?? from);
      expect(ended).toBe(records.length);
      expect(boundaries.isBetween(1)).toBe(true);
    }),
  );
});

test('a record cut at each byte ends with its last byte', () => {
  const bytes = record(300);
  for (let cut = 1; cut < bytes.length; cut++) {
    const boundaries = new RecordBoundaries(1);
    expect(boundaries.follow(0, bytes, 0, cut)).toBe(0);
    expect(boundaries.isBetween(0)).toBe(false);
    expect(boundaries.follow(0, bytes, cut, bytes.length)).toBe(1);
    expect(boundaries.isBetween(0)).toBe(true);
  }
});

test('connections are followed apart, and a reset discards part of a record', () => {
  const bytes = record(10);
  const boundaries = new RecordBoundaries(2);
  boundaries.follow(0, bytes, 0, 7);
  boundaries.follow(1, bytes, 0, 4);
  expect(boundaries.follow(0, bytes, 7, 15)).toBe(1);
  boundaries.reset(1);
  expect(boundaries.follow(1, bytes, 0, 15)).toBe(1);
});
