import { expect, test } from 'vitest';
import { Idleness } from '../../bench/run/idleness.ts';

test.each<[string, readonly (readonly [nowMs: number, cpuMs: number, lasts: boolean])[]]>([
  [
    'a server without work is idle after the idle time',
    [
      [300, 0, false],
      [600, 0, false],
      [899, 0, false],
      [900, 0, true],
    ],
  ],
  [
    'the small CPU time of an idle runtime does not count as work',
    [
      [300, 1, false],
      [600, 1, false],
      [900, 1.9, true],
    ],
  ],
  [
    'work restarts the idle time',
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
    'slow work also restarts the idle time',
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
    'the end of a process also restarts the idle time',
    [
      [300, 30, false],
      [600, 10, false],
      [900, 10, false],
      [1200, 10, false],
      [1500, 10, true],
    ],
  ],
  [
    'a stall of the machine does not count as idle time',
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
