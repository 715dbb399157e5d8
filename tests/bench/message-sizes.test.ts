import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fixedSize,
  isFixedSize,
  largestSize,
  type MessageSizes,
  meanSize,
  parseSizes,
  smallestSize,
} from '../../bench/model/message-sizes.ts';

const size = (from: number, share: number, to = from) => ({ from, to, share });

describe('message sizes', () => {
  test.each<[string, string, MessageSizes]>([
    ['one size', '64', [size(64, 1)]],
    ['one size with a unit', '64KiB', [size(65_536, 1)]],
    ['a range', '64-1024', [size(64, 1, 1024)]],
    ['a range with units', '1KiB-4 KiB', [size(1024, 1, 4096)]],
    [
      'several equally frequent sizes',
      '64,128,256,512',
      [size(64, 0.25), size(128, 0.25), size(256, 0.25), size(512, 0.25)],
    ],
    ['a repeated size counts twice', '64,64', [size(64, 0.5), size(64, 0.5)]],
    ['a size without a weight gets the remaining share', '64,1024:0.25', [size(64, 0.75), size(1024, 0.25)]],
    [
      'several sizes without weights divide the remaining share',
      '1,2, 4:0.5',
      [size(1, 0.25), size(2, 0.25), size(4, 0.5)],
    ],
    ['weights with the sum one', '64-128:0.5,256:.5', [size(64, 0.5, 128), size(256, 0.5)]],
    ['a single weight of one', '64:1', [size(64, 1)]],
  ])('%s: %s', (_, text, sizes) => expect(parseSizes(text)).toEqual(sizes));

  test('whose weights miss a sum of one by a thousandth are normalized', () => {
    const sizes = parseSizes('1:0.333,2:0.333,3:0.333');
    expect(sizes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(() => parseSizes('1:0.333,2:0.333,3:0.332')).toThrow('add up to 0.998, not to 1');
  });

  test.each([
    ['64,1024:1', 'add up to 1, which leaves nothing for the entry without a weight'],
    ['64,65,1024:0.7,8:0.7', 'add up to 1.4, which leaves nothing for the 2 entries without a weight'],
    ['64:0.5', 'add up to 0.5, not to 1: fix them, or leave one out'],
    ['64:0.7,65:0.7', 'add up to 1.4, not to 1'],
    ['64:0', "'0' is not a weight above 0"],
    ['64:1.5', "'1.5' is not a weight above 0 and up to 1"],
    ['64:half', "'half' is not a weight"],
    ['64:', "'' is not a weight"],
    ['64:0.5:0.5', 'is not a size, a range such as 64-1024, or one with a weight'],
    ['64-128-256', 'is not a size, a range'],
    ['1KiB-64', "'1KiB-64' is a descending range; did you mean 64-1KiB?"],
    ['64,,128', "'' is not a size"],
    ['', "'' is not a size"],
    ['-64', "'' is not a size"],
    ['sixty', "'sixty' is not a size, such as 64, 64KiB or 1MiB"],
  ])('refuse %j: %s', (text, reason) => {
    expect(() => parseSizes(text)).toThrow(RangeError);
    expect(() => parseSizes(text)).toThrow(reason);
  });

  test('have a minimum, a maximum and a mean', () => {
    const sizes = parseSizes('10-30:0.5,100');
    expect([smallestSize(sizes), meanSize(sizes), largestSize(sizes)]).toEqual([10, 60, 100]);
    expect([sizes, fixedSize(64), parseSizes('64,64'), parseSizes('64-65')].map(isFixedSize)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  test('have shares with the sum one for any weights', () => {
    const entry = fc.record({ weight: fc.integer({ min: 1, max: 1000 }), open: fc.boolean() });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), (entries) => {
        const total = entries.reduce((sum, { weight }) => sum + weight, 0);
        const anyOpen = entries.some(({ open }) => open);
        const text = entries.map(({ weight, open }, i) =>
          open ? `${i + 1}` : `${i + 1}:${(weight / total).toFixed(9)}`,
        );
        const shares = parseSizes(text.join(',')).map(({ share }) => share);
        expect(shares.every((share) => share > 0)).toBe(true);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
        if (!anyOpen)
          shares.forEach((share, i) => {
            expect(share).toBeCloseTo((entries[i]?.weight ?? 0) / total, 6);
          });
      }),
    );
  });
});
