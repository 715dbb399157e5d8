import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makePacer, type Pacer, type PacerSpec } from '../../bench/load/arrivals/pacer.ts';
import { LoadProfile } from '../../bench/load/arrivals/profile.ts';
import type { Stage } from '../../bench/model/stage.ts';

const SECOND = 1e9;
const NEVER = Number.POSITIVE_INFINITY;
const none = { start: 0, stages: [], holdMs: 0 };
const spec: PacerSpec = { profile: none, arrivals: 'constant', streamKey: { seed: 1 }, thread: 0, threads: 1 };

function take(pacer: Pacer, count: number): number[] {
  return Array.from({ length: count }, () => pacer.next());
}

/** Returns `[seconds, target]` as stages. */
function stages(...each: readonly (readonly [seconds: number, target: number])[]): Stage[] {
  return each.map(([seconds, target]) => ({ durationMs: seconds * 1000, target }));
}

describe('a pacer with stages', () => {
  test.each<[string, number, Stage[], number, number[]]>([
    ['none: the rate holds', 2, [], 0, [0, 0.5, 1, 1.5, 2]],
    [
      'up from nothing: the k-th is due when so many are expected, t²/4 = k',
      0,
      stages([10, 5]),
      0,
      [0, 2, 2.828, 3.464],
    ],
    [
      'down to nothing: the last before the end, and none ever after',
      2,
      stages([4, 0]),
      0,
      [0, 0.536, 1.172, 2, NEVER],
    ],
    ['a level one: as without', 2, stages([1, 2]), 0, [0, 0.5, 1, 1.5, 2]],
    ['a jump after the first has come', 1, stages([1, 1], [0, 4]), 0, [0, 1, 1.25, 1.5]],
    ['a pause, then a jump', 2, stages([1, 2], [0, 0], [3, 0], [0, 1]), 0, [0, 0.5, 4, 5, 6]],
    ['a warm-up: they begin after it', 1, stages([0, 2]), 2, [0, 1, 2, 2.5, 3]],
    ['a warm-up at nothing: nobody comes in it', 0, stages([0, 2]), 2, [2, 2.5, 3]],
    ['up and down again', 0, stages([1, 2], [1, 0], [0, 1]), 0, [0, 1, 2, 3, 4]],
    ['that end: the last rate holds', 1, stages([2, 3]), 0, [0, 0.732, 1.236, 1.646, 2, 2.333, 2.667]],
    ['that say nothing ever comes', 0, [], 0, [NEVER, NEVER]],
  ])('%s', (_, start, ramps, hold, due) => {
    const profile = { start, stages: ramps, holdMs: hold * 1000 };
    const taken = take(makePacer({ ...spec, profile }), due.length);
    expect(taken.map((nanos) => Math.round(nanos / 1e6) / 1e3)).toEqual(due);
  });
});

describe('a profile', () => {
  // 1 s of warm-up at 10, up to 30 in 2 s, held for 1 s, down to 0 at once.
  const profile = new LoadProfile({ start: 10, stages: stages([2, 30], [1, 30], [0, 0]), holdMs: 1000 });

  test.each([
    ['at the beginning', 0, 10, 0],
    ['in the warm-up', 0.5, 10, 5],
    ['as the first stage begins', 1, 10, 10],
    ['halfway up', 2, 20, 25],
    ['at the top', 3, 30, 50],
    ['while it holds', 3.5, 30, 65],
    ['where it drops: the level it drops to', 4, 0, 80],
    ['long after', 1000, 0, 80],
  ])('%s (%d s) is at %d, %d arrivals expected by then', (_, seconds, level, arrivals) => {
    expect(profile.levelAt(seconds * SECOND)).toBeCloseTo(level, 9);
    expect(profile.cumulative(seconds * SECOND)).toBeCloseTo(arrivals, 9);
  });

  test.each([
    [0, 1, 10],
    [1, 3, 20],
    [0, 4, 20],
    [4, 5, 0],
    [2, 2, 20],
  ])('from %d s to %d s has a mean of %d', (from, to, mean) => {
    expect(profile.meanRate(from * SECOND, to * SECOND)).toBeCloseTo(mean, 9);
  });

  test('tells the time of an earlier arrival after that of a later one', () => {
    expect([70, 5, 25].map((arrivals) => profile.timeOf(arrivals) / SECOND)).toEqual([11 / 3, 0.5, 2]);
  });
});

const level = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e6, noNaN: true }));
const anyProfile = fc.record({
  start: level,
  stages: fc.array(
    fc.record({ durationMs: fc.oneof(fc.constant(0), fc.double({ min: 1, max: 1e6, noNaN: true })), target: level }),
    {
      maxLength: 6,
    },
  ),
  holdMs: fc.constantFrom(0, 200, 1000),
});
const anyArrivals = fc.constantFrom('constant' as const, 'poisson' as const);

describe('whatever its stages, a pacer', () => {
  test('never goes back in time', () => {
    fc.assert(
      fc.property(anyProfile, anyArrivals, fc.nat(), (profile, arrivals, seed) => {
        const due = take(makePacer({ ...spec, profile, arrivals, streamKey: { seed } }), 300);
        expect(due.some(Number.isNaN)).toBe(false);
        for (const [i, at] of due.entries()) expect(at).toBeGreaterThanOrEqual(due[i - 1] ?? 0);
      }),
    );
  });

  test('lets so many arrivals come as its profile expects', () => {
    fc.assert(
      fc.property(anyProfile, fc.integer({ min: 0, max: 1_000_000 }), ({ start, stages, holdMs }, arrivals) => {
        const profile = new LoadProfile({ start, stages, holdMs });
        const due = profile.timeOf(arrivals);
        if (due === NEVER) expect(profile.cumulative(1e18)).toBeLessThanOrEqual(arrivals);
        // A double keeps 53 bits: of 10^15 ns and a rate up to 10^6, a ten-thousandth of an arrival at worst.
        else expect(Math.abs(profile.cumulative(due) - arrivals)).toBeLessThan(1e-3);
      }),
    );
  });

  test('lets the last arrival of a stage come within it', () => {
    const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(level, positive, fc.integer({ min: 1, max: 100_000 }), (start, target, durationMs) => {
        const profile = new LoadProfile({ start, stages: [{ durationMs, target }], holdMs: 0 });
        const last = profile.cumulative(durationMs * 1e6) * (1 - Number.EPSILON);
        expect(profile.timeOf(last)).toBeLessThanOrEqual(durationMs * 1e6);
      }),
      { numRuns: 2000 },
    );
  });

  test('makes one schedule with those of the other threads', () => {
    fc.assert(
      fc.property(anyProfile, fc.integer({ min: 1, max: 5 }), (profile, threads) => {
        const each = Array.from({ length: threads }, (_, thread) =>
          take(makePacer({ ...spec, profile, thread, threads }), 60),
        );
        const merged = each.flat().sort((a, b) => a - b);
        expect(merged).toEqual(take(makePacer({ ...spec, profile }), 60 * threads));
      }),
    );
  });
});

test('Poisson arrivals follow a ramp: as many in each part of it as expected, give or take five deviations', () => {
  const profile = { start: 0, stages: stages([10, 2000]), holdMs: 0 };
  const due = [0, 1, 2].flatMap((thread) =>
    take(makePacer({ ...spec, arrivals: 'poisson', profile, thread, threads: 3 }), 4000),
  );
  const expected = new LoadProfile(profile);
  for (let second = 0; second < 10; second++) {
    const [from, to] = [second * SECOND, (second + 1) * SECOND];
    const wanted = expected.cumulative(to) - expected.cumulative(from);
    const came = due.filter((at) => at >= from && at < to).length;
    expect(Math.abs(came - wanted)).toBeLessThan(5 * Math.sqrt(wanted));
  }
});
