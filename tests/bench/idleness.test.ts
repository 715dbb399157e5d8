import { expect, test } from 'vitest';
import { Idleness } from '../../bench/run/idleness.ts';

test.each<[string, readonly (readonly [nowMs: number, cpuMs: number, lasts: boolean])[]]>([
  [
    'a server that does nothing is idle when its time is over',
    [
      [500, 0, false],
      [999, 0, false],
      [1000, 0, true],
    ],
  ],
  [
    'the little that a runtime does by itself is nothing',
    [
      [500, 1, false],
      [1000, 1.9, true],
    ],
  ],
  [
    'work begins its time anew',
    [
      [900, 5, false],
      [1000, 5, false],
      [1899, 5, false],
      [1900, 5, true],
    ],
  ],
  [
    'slow work is work, too',
    [
      [400, 1.5, false],
      [800, 3, false],
      [1200, 4.5, false],
      [1799, 4.5, false],
      [2200, 4.5, true],
    ],
  ],
  [
    'so is the end of a process',
    [
      [500, 30, false],
      [900, 10, false],
      [1000, 10, false],
      [1900, 10, true],
    ],
  ],
])('%s', (_, looks) => {
  let cpuMs = 0;
  const idleness = new Idleness(1000, () => cpuMs * 1e6, 0);
  for (const [nowMs, used, lasts] of looks) {
    cpuMs = used;
    expect(idleness.lasts(nowMs), `at ${nowMs} ms`).toBe(lasts);
  }
});
