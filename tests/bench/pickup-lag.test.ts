import { expect, test } from 'vitest';
import { PickupLag } from '../../bench/load/clients/pickup-lag.ts';

/** One turn of an event loop: blocked for `blockedMs`, then handling replies at these times. */
interface Turn {
  readonly blockedMs: number;
  readonly replies: readonly number[];
  /** Time at which the loop does something else instead, such as a timer. */
  readonly look?: number;
}

function lagsOf(turns: readonly Turn[]): number[][] {
  let idleMs = 0;
  let end = () => {};
  const lag = new PickupLag(
    () => idleMs,
    (callback) => {
      end = callback;
    },
  );
  return turns.map(({ blockedMs, replies, look }) => {
    idleMs += blockedMs;
    if (look !== undefined) lag.look(look);
    const lags = replies.map((now) => lag.of(now));
    end();
    return lags;
  });
}

test.each<[string, readonly Turn[], number[][]]>([
  ['a reply that wakes the loop did not wait', [{ blockedMs: 1, replies: [1000] }], [[0]]],
  ['others of its turn waited while it was handled', [{ blockedMs: 1, replies: [1000, 1300, 1700] }], [[0, 300, 700]]],
  [
    'a loop that had no time to block may have been late since it asked before',
    [
      { blockedMs: 1, replies: [1000, 1400] },
      { blockedMs: 0, replies: [2000, 2500] },
      { blockedMs: 0, replies: [3000] },
    ],
    [[0, 400], [1000, 1500], [1000]],
  ],
  [
    'once it blocks again it is on time',
    [
      { blockedMs: 1, replies: [1000] },
      { blockedMs: 0, replies: [2000] },
      { blockedMs: 2, replies: [9000] },
    ],
    [[0], [1000], [0]],
  ],
  [
    'what it blocked for before a timer does not excuse what came while that ran',
    [
      { blockedMs: 2, replies: [], look: 1000 },
      { blockedMs: 0, replies: [1500] },
    ],
    [[], [500]],
  ],
  [
    'a loop that asks again and again without blocking was late since it asked last',
    [
      { blockedMs: 1, replies: [1000] },
      { blockedMs: 0, replies: [], look: 8000 },
      { blockedMs: 0, replies: [8010] },
    ],
    [[0], [], [10]],
  ],
])('%s', (_, turns, lags) => expect(lagsOf(turns)).toEqual(lags));
