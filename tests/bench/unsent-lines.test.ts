import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { UnsentLines } from '../../bench/load/chat/unsent-lines.ts';
import { whyNoLibc } from '../../sockets/libc.ts';

const SIZE = 10;

function unsentLines(): UnsentLines {
  const unsent = new UnsentLines(2, SIZE);
  onTestFinished(() => unsent.free());
  return unsent;
}

test.skipIf(whyNoLibc())('lines leave in order, as the kernel takes their bytes', () => {
  const unsent = unsentLines();
  for (const number of [7, 8, 9]) unsent.add(1, number);
  expect([unsent.first(1), unsent.count(1), unsent.firstBegun(1), unsent.begunWithin(1, 25)]).toEqual([7, 3, 7, 3]);
  unsent.remove(1, 15);
  expect([unsent.first(1), unsent.count(1), unsent.isPartlySent(1)]).toEqual([8, 2, true]);
  // Line 8 was begun before: the next bytes finish it and begin line 9.
  expect([unsent.firstBegun(1), unsent.begunWithin(1, 5), unsent.begunWithin(1, 6)]).toEqual([9, 0, 1]);
  unsent.remove(1, 15);
  expect([unsent.count(1), unsent.isPartlySent(1)]).toEqual([0, false]);
  // The other connection has its own.
  expect([unsent.count(0), unsent.isPartlySent(0)]).toEqual([0, false]);
});

test.skipIf(whyNoLibc())('lines that are removed unsent are the first ones, or all', () => {
  const unsent = unsentLines();
  for (const number of [0, 1, 2]) unsent.add(0, number);
  unsent.removeFirst(0);
  expect([unsent.first(0), unsent.count(0)]).toEqual([1, 2]);
  unsent.remove(0, 3);
  unsent.clear(0);
  expect([unsent.count(0), unsent.isPartlySent(0)]).toEqual([0, false]);
  unsent.add(0, 5);
  expect([unsent.first(0), unsent.firstBegun(0)]).toEqual([5, 5]);
});

test.skipIf(whyNoLibc())('however the kernel cuts the bytes, each line begins once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 3 * SIZE }), { maxLength: 30 }), (cuts) => {
      const unsent = unsentLines();
      const begun: number[] = [];
      for (let number = 0; number < 20; number++) unsent.add(0, number);
      let left = 20 * SIZE;
      for (const cut of [...cuts, 20 * SIZE]) {
        const bytes = Math.min(cut, left);
        const first = unsent.firstBegun(0);
        for (let i = 0; i < unsent.begunWithin(0, bytes); i++) begun.push(first + i);
        unsent.remove(0, bytes);
        left -= bytes;
      }
      expect(begun).toEqual(Array.from({ length: 20 }, (_, i) => i));
      expect(unsent.count(0)).toBe(0);
    }),
  );
});
