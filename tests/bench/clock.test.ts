import { expect, test } from 'vitest';
import { epochOf } from '../../bench/measure/clock.ts';

const EPOCH = 5e9;

/** Clocks of a thread for which each reading takes a while, in nanoseconds. */
function clocks(takes: (reading: number) => number): { own: () => number; common: () => number } {
  let [now, readings] = [0, 0];
  const read = (epoch: number) => {
    now += takes(readings++);
    return now + epoch;
  };
  return { own: () => read(0), common: () => read(EPOCH) };
}

test.each([
  ['every reading takes as long', () => 40],
  ['the first readings are slow', (reading: number) => (reading < 6 ? 9000 - reading * 1500 : 40)],
  ['the CPU is lost for 16 ms before a reading of the other clock', (reading: number) => (reading === 1 ? 16e6 : 40)],
  ['the CPU is lost for 16 ms after a reading of the other clock', (reading: number) => (reading === 2 ? 16e6 : 40)],
  ['the CPU is lost all the time, but once', (reading: number) => (reading >= 12 && reading < 15 ? 40 : 2e6)],
])('the zero of a clock is found when %s', (_, takes) => {
  const { own, common } = clocks(takes);
  expect(epochOf(own, common)).toBe(EPOCH);
});
