import { describe, expect, test } from 'vitest';
import { PeerTimer } from '../../servers/timing/peer-timer.ts';

const EVERY_MS = 10;

/** Returns the index of the check at which a client has taken too long, or undefined. */
function overAt(looks: readonly { at: number; turn: number; timeLimitMs: number }[]): number | undefined {
  const patience = new PeerTimer(EVERY_MS);
  const look = looks.findIndex(({ at, ...awaiting }) => patience.isOver(at, awaiting));
  return look < 0 ? undefined : look;
}

/** Returns checks at regular times, each with a turn and a patience. */
const looks = (...states: readonly (readonly [turn: number, timeLimitMs: number])[]) =>
  states.map(([turn, timeLimitMs], i) => ({ at: 1000 + i * EVERY_MS, turn, timeLimitMs }));

describe('a client has taken too long', () => {
  test.each([
    ['when its turn has lasted as long as the patience', looks([0, 20], [0, 20], [0, 20]), 2],
    ['not when its turn is shorter than the patience', looks([0, 30], [0, 30], [0, 30]), undefined],
    ['counted from the last change of its turn', looks([0, 20], [0, 20], [1, 20], [1, 20], [1, 20]), 4],
    [
      'never while its turn changes in time',
      looks(...Array.from({ length: 50 }, (_, i) => [i, 10] as const)),
      undefined,
    ],
    ['never when the patience is unlimited', looks(...Array.from({ length: 50 }, () => [0, 0] as const)), undefined],
    // A head is complete and its body is awaited: the longer patience counts from the beginning of the request.
    [
      'counted from the beginning of its turn when the patience grows',
      looks([1, 20], [1, 40], [1, 40], [1, 40], [1, 40]),
      4,
    ],
    [
      'at once when the patience becomes shorter than the time that it took',
      looks([1, 90], [1, 90], [1, 90], [1, 10]),
      3,
    ],
  ])('%s', (_, seen, expected) => expect(overAt(seen)).toBe(expected));

  test('not because of time in which the server itself was held up', () => {
    const awaiting = { turn: 0, timeLimitMs: 50 };
    const times = [0, 10, 60_000, 60_010];
    expect(overAt(times.map((at) => ({ at, ...awaiting })))).toBeUndefined();
    expect(overAt([...times, 60_020].map((at) => ({ at, ...awaiting })))).toBe(4);
  });
});
