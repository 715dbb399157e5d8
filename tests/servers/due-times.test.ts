import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DueTimes } from '../../servers/timing/due-times.ts';

const step = fc.oneof(
  fc.record({ add: fc.integer({ min: 0, max: 100 }) }),
  fc.record({ takeUntil: fc.integer({ min: 0, max: 100 }) }),
);

test('due entries are taken in order of time, and then there are none', () => {
  const due = new DueTimes<string>();
  due.add(5, 'b');
  due.add(3, 'a');
  const all = Array.from({ length: 4 }, () => due.take(Number.POSITIVE_INFINITY));
  expect(all).toEqual(['a', 'b', undefined, undefined]);
  expect(due.size).toBe(0);
});

test('the entry that is due first is taken first, whatever is added and taken in between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const due = new DueTimes<string>();
      let model: { time: number; name: string }[] = [];
      for (const [i, each] of steps.entries()) {
        if ('add' in each) {
          due.add(each.add, `${i}`);
          model.push({ time: each.add, name: `${i}` });
        } else {
          const earliest = Math.min(...model.map(({ time }) => time));
          const taken = due.take(each.takeUntil);
          const entry = model.find(({ name }) => name === taken);
          expect(entry?.time).toBe(earliest <= each.takeUntil ? earliest : undefined);
          model = model.filter(({ name }) => name !== taken);
        }
        expect(due.size).toBe(model.length);
        expect(due.earliest).toBe(Math.min(...model.map(({ time }) => time)));
      }
    }),
  );
});
