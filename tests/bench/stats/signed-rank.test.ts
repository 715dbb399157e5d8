import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holmAdjusted } from '../../../bench/stats/holm.ts';
import { doubledRanks, signedRank, smallestP } from '../../../bench/stats/signed-rank.ts';
import { hodgesLehmann, walshInterval } from '../../../bench/stats/walsh.ts';
import fixtures from './fixtures/statistics.json' with { type: 'json' };

const differences = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 10 });

describe('R agrees on', () => {
  test.each(fixtures.signedRank)('the signed-rank test of $x.length values', ({ x, v, greater, less, twoSided }) => {
    expect(signedRank(x, 'greater')).toMatchObject({ statistic: v, n: x.length });
    expect(signedRank(x, 'greater').p).toBeCloseTo(greater, 12);
    expect(signedRank(x, 'less').p).toBeCloseTo(less, 12);
    expect(signedRank(x, 'two-sided').p).toBeCloseTo(twoSided, 12);
  });

  test.each(fixtures.signedRank)('estimate and interval of $x.length values', ({ x, estimate, low, high }) => {
    expect(hodgesLehmann(x)).toBeCloseTo(estimate, 9);
    expect(walshInterval(x, 0.05).low).toBeCloseTo(low, 9);
    expect(walshInterval(x, 0.05).high).toBeCloseTo(high, 9);
  });

  test.each(fixtures.holm)("Holm's procedure for $p.length values", ({ p, adjusted }) => {
    expect(holmAdjusted(p).map((value) => value.toFixed(12))).toEqual(adjusted.map((value) => value.toFixed(12)));
  });
});

/** Computes p by trying every choice of signs. */
function byEnumeration(values: readonly number[]): number {
  const nonzero = values.filter((value) => value !== 0);
  const ranks = doubledRanks(nonzero.map(Math.abs));
  const sumFor = (isPositive: (i: number) => boolean) =>
    ranks.reduce((sum, rank, i) => sum + (isPositive(i) ? rank : 0), 0);
  const observed = sumFor((i) => (nonzero[i] as number) > 0);
  let extreme = 0;
  for (let signs = 0; signs < 2 ** nonzero.length; signs++) {
    if (sumFor((i) => ((signs >> i) & 1) === 1) >= observed) extreme++;
  }
  return extreme / 2 ** nonzero.length;
}

describe('the signed-rank test', () => {
  test('is exact, also with ties and zeros', () => {
    fc.assert(
      fc.property(differences, (values) => {
        expect(signedRank(values, 'greater').p).toBeCloseTo(byEnumeration(values), 12);
      }),
    );
  });

  test('is symmetric in the signs', () => {
    fc.assert(
      fc.property(differences, (values) => {
        expect(
          signedRank(
            values.map((value) => -value),
            'less',
          ).p,
        ).toBeCloseTo(signedRank(values, 'greater').p, 12);
      }),
    );
  });

  test('does not depend on the unit', () => {
    fc.assert(
      fc.property(differences, fc.constantFrom(0.125, 2, 1024), (values, unit) => {
        expect(
          signedRank(
            values.map((value) => value * unit),
            'two-sided',
          ),
        ).toEqual(signedRank(values, 'two-sided'));
      }),
    );
  });

  test('has weaker evidence when a difference decreases', () => {
    const untied = fc.uniqueArray(fc.integer({ min: -999, max: 999 }), {
      minLength: 1,
      maxLength: 12,
      selector: Math.abs,
    });
    const isUntied = (values: number[]) => new Set([0, ...values.map(Math.abs)]).size === values.length + 1;
    fc.assert(
      fc.property(untied, fc.nat(), fc.integer({ min: 1, max: 500 }), (values, at, less) => {
        const lowered = values.map((value, i) => (i === at % values.length ? value - less : value));
        fc.pre(isUntied(values) && isUntied(lowered));
        expect(signedRank(lowered, 'greater').p).toBeGreaterThanOrEqual(signedRank(values, 'greater').p - 1e-12);
      }),
    );
  });

  test('tests against the given centre', () => {
    expect(signedRank([3, 4, 5], 'greater', 10).statistic).toBe(0);
    expect(signedRank([3, 4, 5], 'greater', 4)).toMatchObject({ statistic: 1.5, n: 2 });
  });

  test('has a smallest p, which those of one sign reach', () => {
    for (let n = 1; n <= 12; n++) {
      const values = Array.from({ length: n }, (_, i) => i + 1);
      expect(signedRank(values, 'greater').p).toBeCloseTo(smallestP(n, 'greater'), 15);
      expect(signedRank(values, 'two-sided').p).toBeCloseTo(smallestP(n, 'two-sided'), 15);
    }
  });

  test('has p = 1 without values, and refuses NaN and too many values', () => {
    expect(signedRank([], 'greater').p).toBe(1);
    expect(signedRank([0, 0], 'two-sided')).toEqual({ statistic: 0, n: 0, p: 1 });
    expect(() => signedRank([1, Number.NaN], 'greater')).toThrow('not a number');
    expect(() => signedRank(new Array(201).fill(1), 'greater')).toThrow('more than 200');
  });
});

describe('the interval', () => {
  test('contains exactly the centres that the test does not reject', () => {
    const centres = fc.integer({ min: -40, max: 40 }).map((value) => value / 2 + 0.25);
    const distinct = fc.uniqueArray(fc.integer({ min: -300, max: 300 }), {
      minLength: 6,
      maxLength: 12,
      selector: Math.abs,
    });
    fc.assert(
      fc.property(distinct, centres, (values, centre) => {
        // The centre lies between half steps, so it ties with no value. Distances to it may tie, so those are left out.
        const distances = values.map((value) => Math.abs(value - centre));
        fc.pre(new Set(distances).size === distances.length);
        const { low, high } = walshInterval(values, 0.05);
        expect(signedRank(values, 'two-sided', centre).p > 0.05).toBe(low < centre && centre < high);
      }),
    );
  });

  test('is infinite when there are too few values', () => {
    expect(walshInterval([1, 2, 3, 4, 5], 0.05)).toEqual({
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
    expect(hodgesLehmann([])).toBeNaN();
  });

  test('shifts and mirrors with the values', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 6, maxLength: 20 }), (values) => {
        const { low, high } = walshInterval(values, 0.05);
        const turned = walshInterval(
          values.map((value) => 7 - value),
          0.05,
        );
        expect([turned.low, turned.high]).toEqual([7 - high, 7 - low]);
        expect(hodgesLehmann(values.map((value) => 7 - value))).toBe(7 - hodgesLehmann(values));
      }),
    );
  });
});
