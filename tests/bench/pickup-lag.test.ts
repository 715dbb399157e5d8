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
  ['a reply that wakes the loop has no lag', [{ blockedMs: 1, replies: [1000] }], [[0]]],
  [
    'further replies of its turn have the time since the first as lag',
    [{ blockedMs: 1, replies: [1000, 1300, 1700] }],
    [[0, 300, 700]],
  ],
  [
    'a loop that did not block may be late since its previous poll',
    [
      { blockedMs: 1, replies: [1000, 1400] },
      { blockedMs: 0, replies: [2000, 2500] },
      { blockedMs: 0, replies: [3000] },
    ],
    [[0, 400], [1000, 1500], [1000]],
  ],
  [
    'a loop that blocks again is on time',
    [
      { blockedMs: 1, replies: [1000] },
      { blockedMs: 0, replies: [2000] },
      { blockedMs: 2, replies: [9000] },
    ],
    [[0], [1000], [0]],
  ],
  [
    'blocking before a timer does not reduce the lag of replies that arrive while it runs',
    [
      { blockedMs: 2, replies: [], look: 1000 },
      { blockedMs: 0, replies: [1500] },
    ],
    [[], [500]],
  ],
  [
    'a loop that polls repeatedly without blocking is late since its last poll',
    [
      { blockedMs: 1, replies: [1000] },
      { blockedMs: 0, replies: [], look: 8000 },
      { blockedMs: 0, replies: [8010] },
    ],
    [[0], [], [10]],
  ],
])('%s', (_, turns, lags) => expect(lagsOf(turns)).toEqual(lags));
