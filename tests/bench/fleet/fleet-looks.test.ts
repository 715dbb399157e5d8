import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FleetLooks } from '../../../bench/fleet/controller/fleet-looks.ts';
import type { AgentProgress } from '../../../bench/fleet/model/report.ts';

const counted = (look: number, completed: number, doneNanos: number | null = null): AgentProgress => ({
  ...{ look, completed, failed: 0, bytes: 0, inFlight: 0, doneNanos },
});
const completed = (looks: FleetLooks) => looks.sum((progress) => progress.completed);

test('counts of one look are added, whatever else has arrived', () => {
  const looks = new FleetLooks(['a', 'b']);
  for (const look of [0, 1, 2, 3]) looks.add('a', counted(look, look * 10));
  expect(looks.isKnown(0)).toBe(false);
  for (const look of [0, 1]) looks.add('b', counted(look, look));
  expect([looks.isKnown(1), looks.isKnown(2)]).toEqual([true, false]);
  looks.goTo(0);
  expect(completed(looks)).toBe(0);
  looks.goTo(1);
  expect(completed(looks)).toBe(11);
  looks.clear();
  expect([completed(looks), looks.isKnown(0)]).toEqual([0, false]);
});

test('counts that arrive again, in another order, or too late change nothing; lost ones have those of the next look', () => {
  const order = fc.shuffledSubarray([1, 2, 3, 3, 4, 5, 6, 6, 7, 8], { minLength: 10 });
  fc.assert(
    fc.property(order, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }), (arrived, first, second) => {
      const looks = new FleetLooks(['a']);
      for (const look of arrived) looks.add('a', counted(look, look));
      looks.goTo(Math.min(first, second));
      for (const look of arrived) looks.add('a', counted(look, look));
      looks.goTo(Math.max(first, second));
      expect(completed(looks)).toBe(Math.max(first, second));
    }),
  );
  const looks = new FleetLooks(['a']);
  for (const look of [1, 4]) looks.add('a', counted(look, look));
  looks.goTo(2);
  looks.add('a', counted(3, 3));
  looks.goTo(3);
  expect(completed(looks)).toBe(4);
});

test('counts of a look are replaced by later ones of the same', () => {
  const looks = new FleetLooks(['a']);
  looks.add('a', counted(5, 50));
  looks.goTo(5);
  looks.add('a', counted(5, 51, 700));
  expect(completed(looks)).toBe(51);
});

test('an agent that has ended early keeps its last counts; the end is that of the last agent, by this clock', () => {
  const looks = new FleetLooks(['a', 'b']);
  const offsetOf = (agent: string) => (agent === 'a' ? 100 : 0);
  looks.add('a', counted(3, 30, 1100));
  for (const look of [3, 4, 5]) looks.add('b', counted(look, look));
  looks.goTo(3);
  expect(looks.doneNanos(offsetOf)).toBeUndefined();
  looks.add('b', counted(6, 6, 900));
  expect(looks.isKnown(9)).toBe(true);
  looks.goTo(5);
  expect([completed(looks), looks.doneNanos(offsetOf)]).toEqual([35, undefined]);
  looks.goTo(6);
  expect([completed(looks), looks.doneNanos(offsetOf)]).toEqual([36, 1000]);
  looks.goTo(9);
  expect([completed(looks), looks.doneNanos(offsetOf)]).toEqual([36, 1000]);
});
