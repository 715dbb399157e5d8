import { expect, test } from 'vitest';
import { Idleness } from '../../bench/run/idleness.ts';

test.each<[string, readonly (readonly [nowMs: number, cpuMs: number, lasts: boolean])[]]>([
  [
    'a server that does nothing is idle when its time is over',
    [
      [300, 0, false],
      [600, 0, false],
      [899, 0, false],
      [900, 0, true],
    ],
  ],
  [
    'the little that a runtime does by itself is nothing',
    [
      [300, 1, false],
      [600, 1, false],
      [900, 1.9, true],
    ],
  ],
  [
    'work begins its time anew',
    [
      [300, 0, false],
      [600, 5, false],
      [900, 5, false],
      [1200, 5, false],
      [1499, 5, false],
      [1500, 5, true],
    ],
  ],
  [
    'slow work is work, too',
    [
      [300, 1.5, false],
      [600, 3, false],
      [900, 4.5, false],
      [1200, 5.1, false],
      [1500, 5.1, false],
      [1800, 5.1, false],
      [2100, 5.1, true],
    ],
  ],
  [
    'so is the end of a process',
    [
      [300, 30, false],
      [600, 10, false],
      [900, 10, false],
      [1200, 10, false],
      [1500, 10, true],
    ],
  ],
  [
    'a machine that stood still proves nothing',
    [
      [5000, 0, false],
      [5300, 0, false],
      [5600, 0, true],
    ],
  ],
])('%s', (_, looks) => {
  let cpuMs = 0;
  const idleness = new Idleness(900, () => cpuMs * 1e6, 0);
  for (const [nowMs, used, lasts] of looks) {
    cpuMs = used;
    expect(idleness.lasts(nowMs), `at ${nowMs} ms`).toBe(lasts);
  }
});
