import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsWithoutOverlap, shortened, spreadApart } from '../../../../reports/page/charts/label-places.ts';
import { linePath, stepPath } from '../../../../reports/page/charts/path.ts';
import { thinned } from '../../../../reports/page/charts/thinning.ts';

test('labels keep their order and a distance, and stay inside where they fit', () => {
  const wanted = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 });
  fc.assert(
    fc.property(wanted, (places) => {
      const spread = spreadApart(places, 14, 0, 300);
      const order = places.map((_, i) => i).sort((i, k) => (places[i] ?? 0) - (places[k] ?? 0));
      for (const [k, i] of order.entries()) {
        const before = spread[order[k - 1] ?? -1];
        if (before !== undefined) expect((spread[i] ?? 0) - before).toBeGreaterThanOrEqual(14 - 1e-9);
        expect(spread[i]).toBeGreaterThanOrEqual(-1e-9);
        expect(spread[i]).toBeLessThanOrEqual(300);
      }
    }),
  );
});

test('a label that would cover another stands in the next row', () => {
  const labels = [
    { center: 100, text: 'a long label' },
    { center: 110, text: 'knee' },
    { center: 400, text: 'far' },
  ];
  expect(rowsWithoutOverlap(labels)).toEqual([0, 1, 0]);
});

test('a long text is cut between characters', () => {
  expect(shortened('short', 100)).toBe('short');
  expect([...shortened('🫠'.repeat(40), 100)].length).toBeLessThan(16);
});

test('a curve keeps the points that can be seen', () => {
  const line = Array.from({ length: 100 }, (_, px) => ({ px, py: 50 }));
  expect(thinned(line)).toEqual([line[0], line[99]]);
  const peak = line.map((point) => (point.px === 40 ? { px: 40, py: 10 } : point));
  expect(thinned(peak).map(({ px }) => px)).toEqual([0, 39, 40, 41, 99]);
});

test('paths are relative, without errors that add up', () => {
  expect(
    linePath([
      [0, 0],
      [1.04, 2],
      [2.08, -1],
    ]),
  ).toBe('M0 0l1 2 1.1-3');
  expect(
    stepPath([
      [0, 1],
      [10, 1],
      [20, 3.5],
    ]),
  ).toBe('M0 1h10h10v2.5');
  expect(linePath([[1, 2]])).toBe('');
});
