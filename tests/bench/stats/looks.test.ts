import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ALPHA,
  isFutile,
  type Look,
  lookSizes,
  MAX_SESSIONS,
  PASS_ALPHA,
  planLooks,
  sessionsToFind,
  spentBy,
} from '../../../bench/stats/looks.ts';
import { lookAt } from '../../../bench/stats/regression.ts';
import { streamOf } from '../../../servers/random/streams.ts';

describe('looks', () => {
  test.each<[number, number[]]>([
    [9, []],
    [10, [10]],
    [11, [10]],
    [13, [10, 13]],
    [24, [10, 14, 18, 24]],
    [41, [10, 14, 18, 24, 32, 41]],
    [60, [10, 14, 18, 24, 32, 44, 60]],
    [500, [10, 14, 18, 24, 32, 44, 60, 82]],
  ])('reach %d sessions at most', (sessions, sizes) => {
    expect(lookSizes(sessions)).toEqual(sizes);
  });

  test('spend 1 % in all for any budget, and none has too little to find anything', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: MAX_SESSIONS }), fc.integer({ min: 1, max: 8 }), (most, metrics) => {
        const looks = planLooks(lookSizes(most), metrics, ALPHA);
        const useful = looks.filter(({ alpha }) => alpha > 0);
        expect(useful.filter((look) => isFutile(look, metrics))).toEqual([]);
        expect(spentBy(looks)).toBeCloseTo(ALPHA, 12);
      }),
    );
  });

  test('give four metrics a useful first look up to 60 sessions, and beyond that a useful second one', () => {
    const alphas = (most: number) => planLooks(lookSizes(most), 4, ALPHA).map(({ alpha }) => alpha);
    expect(alphas(24)[0]).toBeCloseTo(0.01 * Math.sqrt(10 / 24), 12);
    expect(alphas(60)[0]).toBeCloseTo(0.01 * Math.sqrt(10 / 60), 12);
    // The last look's part is too small to find anything, so the look before it gets that part.
    expect(alphas(12)).toEqual([expect.closeTo(0.01, 12), 0]);
    expect(alphas(82).slice(0, 2)).toEqual([0, expect.closeTo(0.01 * Math.sqrt(14 / 82), 12)]);
    expect(sessionsToFind(0.004, 4)).toBe(10);
  });
});

/** Returns how often looks at differences that scatter around a change end in `wanted`, over many simulated checks. */
function shareOf(wanted: 'regressed' | 'pass', centre: number, looks: readonly Look[], metrics: number): number {
  const margins = { tolerated: 0.01, detected: 0.5 };
  const runs = 1500;
  let count = 0;
  for (let run = 0; run < runs; run++) {
    const random = streamOf('simulated machine', { seed: 7, ordinal: run });
    const differences = Array.from({ length: metrics }, () =>
      Array.from({ length: 24 }, () => Math.log1p(centre) + 4 * (random() - 0.5)),
    );
    for (const look of looks) {
      const seen = differences.map((each, i) => ({
        metric: `${i}`,
        margins,
        differences: each.slice(0, look.sessions),
      }));
      const { verdict } = lookAt(seen, look, false);
      if (verdict === wanted) count++;
      if (verdict !== 'continue') break;
    }
  }
  return count / runs;
}

describe('several looks in one check', () => {
  const looks = planLooks(lookSizes(24), 2, ALPHA);

  test('alarm in at most 1 % of checks at the tolerated margin, and in more without the spending function', () => {
    expect(shareOf('regressed', 0.01, looks, 2)).toBeLessThanOrEqual(ALPHA);
    const unspent = looks.map((look) => ({ ...look, alpha: ALPHA }));
    expect(shareOf('regressed', 0.01, unspent, 2)).toBeGreaterThan(1.5 * ALPHA);
  });

  test('pass at most 5 % of changes at the detected margin', () => {
    const share = shareOf('pass', 0.5, looks, 1);
    expect(share).toBeLessThanOrEqual(0.05);
    expect(share).toBeGreaterThan(PASS_ALPHA);
  });
});
