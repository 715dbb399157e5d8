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
  return each.map(([seconds, target]) => ({ seconds, target }));
}

describe('a pacer with stages', () => {
  test.each<[string, number, Stage[], number, number[]]>([
    ['none, which keeps the rate', 2, [], 0, [0, 0.5, 1, 1.5, 2]],
    [
      'a ramp from zero, where the k-th arrival is due when k are expected: t²/4 = k',
      0,
      stages([10, 5]),
      0,
      [0, 2, 2.828, 3.464],
    ],
    [
      'a ramp to zero, with a last arrival before the end and none after it',
      2,
      stages([4, 0]),
      0,
      [0, 0.536, 1.172, 2, NEVER],
    ],
    ['a level stage, as without stages', 2, stages([1, 2]), 0, [0, 0.5, 1, 1.5, 2]],
    ['a jump after the first arrival', 1, stages([1, 1], [0, 4]), 0, [0, 1, 1.25, 1.5]],
    ['a pause, then a jump', 2, stages([1, 2], [0, 0], [3, 0], [0, 1]), 0, [0, 0.5, 4, 5, 6]],
    ['a warm-up before the stages', 1, stages([0, 2]), 2, [0, 1, 2, 2.5, 3]],
    ['a warm-up at zero, without arrivals', 0, stages([0, 2]), 2, [2, 2.5, 3]],
    ['a ramp up and down', 0, stages([1, 2], [1, 0], [0, 1]), 0, [0, 1, 2, 3, 4]],
    ['an end, after which the last rate holds', 1, stages([2, 3]), 0, [0, 0.732, 1.236, 1.646, 2, 2.333, 2.667]],
    ['a rate of zero, without arrivals', 0, [], 0, [NEVER, NEVER]],
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
    ['at the start', 0, 10, 0],
    ['in the warm-up', 0.5, 10, 5],
    ['at the start of the first stage', 1, 10, 10],
    ['halfway up the ramp', 2, 20, 25],
    ['at the top of the ramp', 3, 30, 50],
    ['while the rate holds', 3.5, 30, 65],
    ['at the drop, with the level after it', 4, 0, 80],
    ['long after', 1000, 0, 80],
  ])('%s (%d s) has level %d and %d arrivals expected by then', (_, seconds, level, arrivals) => {
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

  test('returns the time of an earlier arrival after that of a later one', () => {
    expect([70, 5, 25].map((arrivals) => profile.timeOf(arrivals) / SECOND)).toEqual([11 / 3, 0.5, 2]);
  });
});

const level = fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e6, noNaN: true }));
const anyProfile = fc.record({
  start: level,
  stages: fc.array(
    fc.record({ seconds: fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e3, noNaN: true })), target: level }),
    { maxLength: 6 },
  ),
  holdMs: fc.constantFrom(0, 200, 1000),
});
const anyArrivals = fc.constantFrom('constant' as const, 'poisson' as const);

describe('a pacer with any stages', () => {
  test('never returns a time before the previous one', () => {
    fc.assert(
      fc.property(anyProfile, anyArrivals, fc.nat(), (profile, arrivals, seed) => {
        const due = take(makePacer({ ...spec, profile, arrivals, streamKey: { seed } }), 300);
        expect(due.some(Number.isNaN)).toBe(false);
        expect(due.filter((at, i) => at < (due[i - 1] ?? 0))).toEqual([]);
      }),
    );
  });

  test('has as many arrivals as its profile expects', () => {
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

  test('has the last arrival of a stage within it', () => {
    const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(level, positive, fc.integer({ min: 1, max: 100_000 }), (start, target, durationMs) => {
        const stages = [{ seconds: durationMs / 1000, target }];
        const profile = new LoadProfile({ start, stages, holdMs: 0 });
        const last = profile.cumulative(durationMs * 1e6) * (1 - Number.EPSILON);
        expect(profile.timeOf(last)).toBeLessThanOrEqual(durationMs * 1e6);
      }),
      { numRuns: 2000 },
    );
  });

  test('forms one schedule with those of the other threads', () => {
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

test('Poisson arrivals follow a ramp: each part has the expected number, within five standard deviations', () => {
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
