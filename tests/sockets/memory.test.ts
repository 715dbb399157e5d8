import { describe, expect, test } from 'vitest';
import { liveMemory } from '../../sockets/memory/live-memory.ts';
import { MappedMemory } from '../../sockets/memory/mapped-memory.ts';
import { NativeMemory } from '../../sockets/memory/memory.ts';
import { memory, noLibc } from './open.ts';

describe.skipIf(noLibc)('native memory', () => {
  test('is zeroed, and its size is a multiple of 8 bytes', () => {
    const made = memory(13);
    expect(made.size).toBe(16);
    expect([...made.bytes]).toEqual(new Array(16).fill(0));
  });

  test.each([0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 48 + 12_345, Number.MAX_SAFE_INTEGER])(
    'holds %i as 64 bits',
    (value) => {
      const made = memory(16);
      made.setUint64(8, value);
      expect(made.getUint64(8)).toBe(value);
      expect(new DataView(made.bytes.buffer).getBigUint64(8, true)).toBe(BigInt(value));
    },
  );

  test('compares ranges', () => {
    const [one, other] = [memory(16), memory(16)];
    one.bytes.set([1, 2, 3], 4);
    other.bytes.set([1, 2, 3], 9);
    expect(one.equals(4, other, 9, 3)).toBe(true);
    expect(one.equals(4, other, 8, 3)).toBe(false);
  });

  test.each([-1, Number.NaN, 2 ** 31, Number.POSITIVE_INFINITY])('of %d bytes is refused', (size) => {
    expect(() => new NativeMemory(size)).toThrow(RangeError);
  });

  test('is counted until it is freed, and freed only once', () => {
    const before = liveMemory();
    const [one, other] = [new NativeMemory(100), new MappedMemory(4096)];
    expect(liveMemory()).toEqual({ blocks: before.blocks + 2, bytes: before.bytes + 104 + 4096 });
    for (const made of [one, one, other, other]) made.free();
    expect(liveMemory()).toEqual(before);
    expect(one.size).toBe(0);
  });
});
