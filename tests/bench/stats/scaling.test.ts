import { describe, expect, test } from 'vitest';
import { fUpperTail } from '../../../bench/stats/f-distribution.ts';
import { variance } from '../../../bench/stats/mean.ts';
import { mser5 } from '../../../bench/stats/mser.ts';
import { type ScalingRounds, scalingBand, scalingLaw } from '../../../bench/stats/scaling-law.ts';
import { fitUsl, uslPeak, uslResidual, uslThroughput } from '../../../bench/stats/usl.ts';
import { seeded } from '../../seeded.ts';
import mser from './fixtures/mser.json' with { type: 'json' };
import fixtures from './fixtures/statistics.json' with { type: 'json' };

describe('R agrees on', () => {
  test.each(fixtures.fUpperTail)('F($d1, $d2) above $f', ({ f, d1, d2, p }) => {
    expect(fUpperTail(f, d1, d2)).toBeCloseTo(p, 11);
  });

  test.each(fixtures.usl)('coefficients of the scalability law: σ $sigma', ({ n, x, gamma, sigma, kappa }) => {
    const fit = fitUsl(n.map((concurrency, i) => ({ concurrency, throughput: x[i] as number })));
    expect(fit.gamma / gamma).toBeCloseTo(1, 5);
    expect(fit.sigma / sigma).toBeCloseTo(1, 4);
    expect(fit.kappa / kappa).toBeCloseTo(1, 4);
  });
});

describe('MSER-5', () => {
  test.each(mser)('cuts $cut, as computed with NumPy', ({ series, cut }) => expect(mser5(series).cut).toBe(cut));

  test('treats a series with its cut in the second half as unsteady', () => {
    expect(mser5(Array.from({ length: 100 }, (_, i) => (i < 70 ? 100 - i : 30)))).toEqual({ cut: 70, unsteady: true });
    expect(mser5([1, 2, 1, 2, 1, 2, 1, 2, 1, 2])).toEqual({ cut: 0, unsteady: false });
  });
});

const LEVELS = [1, 2, 4, 8, 16, 32, 64, 128];

function noise(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Returns rounds of a curve, each with a speed of its own, and 2 % of scatter. */
function measured(curve: (n: number) => number, seed: number, rounds = 12, levels = LEVELS): ScalingRounds {
  const random = seeded(seed);
  return {
    levels,
    rounds: Array.from({ length: rounds }, () => {
      const speed = 1 + random();
      return levels.map((n) => curve(n) * speed * Math.exp(0.02 * noise(random)));
    }),
  };
}

const usl = (sigma: number, kappa: number) => (n: number) => uslThroughput({ gamma: 1000, sigma, kappa }, n);

describe('the band of a scaling law', () => {
  const at = [1, 16, 128];
  const curve = usl(0.05, 0.0005);
  /** Rounds are 1 to 2 times as fast as the curve; this is their geometric mean. */
  const speed = 4 / Math.E;

  test('contains the curve that was measured, at each concurrency, about as often as it should', () => {
    const covered = at.map(() => 0);
    for (let seed = 1; seed <= 20; seed++) {
      const data = measured(curve, seed, 10);
      const bands = scalingBand(data, { gamma: 1000 * speed, sigma: 0.05, kappa: 0.0005 }, at, seeded(seed));
      bands.forEach(({ low, high }, i) => {
        const truth = speed * curve(at[i] as number);
        if (low <= truth && truth <= high) covered[i] = (covered[i] as number) + 1;
      });
    }
    for (const count of covered) expect(count).toBeGreaterThanOrEqual(17);
  });

  test('is narrow for rounds that hardly scatter', () => {
    const rounds = Array.from({ length: 4 }, () => LEVELS.map(curve));
    const [band] = scalingBand(
      { levels: LEVELS, rounds },
      { gamma: 1000, sigma: 0.05, kappa: 0.0005 },
      [16],
      seeded(1),
    );
    expect(band?.low).toBeCloseTo(curve(16), 3);
    expect(band?.high).toBeCloseTo(curve(16), 3);
  });
});

describe('a scaling law', () => {
  test('is fitted to data that follow it, with its peak', () => {
    const law = scalingLaw(measured(usl(0.05, 0.0005), 1), seeded(2));
    expect(law.fitted && law.coefficients.sigma).toBeCloseTo(0.05, 1);
    expect(law.fitted && 'concurrency' in law.peak && law.peak.concurrency / Math.sqrt(0.95 / 0.0005)).toBeCloseTo(
      1,
      0,
    );
  });

  test('has no peak beyond the tested range', () => {
    const law = scalingLaw(measured(usl(0.05, 0.00001), 1), seeded(2));
    expect(law.fitted && law.peak).toEqual({ beyond: 128 });
  });

  test.each<[string, ScalingRounds, string]>([
    ['too few levels', measured(usl(0.1, 0), 1, 12, [1, 2, 4, 8, 16]), '5 levels, where 6 are needed'],
    ['a single round', measured(usl(0.1, 0), 1, 1), 'one round'],
    ['zero throughput', { levels: LEVELS, rounds: [LEVELS, LEVELS.map(() => 0)] }, 'nothing was answered'],
    ['superlinear growth', measured((n) => n ** 1.2, 1), 'superlinear'],
    ['a sudden drop', measured((n) => (n < 32 ? 1000 * n : 400 * n), 1), 'another shape'],
    ['oscillation', measured((n) => 1000 * (2 + Math.sin(Math.log2(n) * 2)), 1), 'the law is off by'],
  ])('is refused for %s', (_, data, reason) => {
    const law = scalingLaw(data, seeded(2));
    expect(law.fitted ? '' : law.reasons.join()).toContain(reason);
  });

  test('has its peak where coherency costs outweigh the gain', () => {
    expect(uslPeak({ gamma: 1, sigma: 0.19, kappa: 0.01 })).toBeCloseTo(9);
    expect(uslPeak({ gamma: 1, sigma: 0.19, kappa: 0 })).toBe(Number.POSITIVE_INFINITY);
  });

  // The search from several starts alone ends at more than twice these sums of squares.
  test.each([
    ['κ is 0', [1125, 2433, 3986, 8992, 16_704, 28_968, 47_689, 100_146]],
    ['σ is 0', [878, 1771, 3590, 8327, 16_136, 30_850, 59_223, 74_523]],
  ])('has the least squares where %s', (_, rates) => {
    const points = LEVELS.map((concurrency, i) => ({ concurrency, throughput: rates[i] as number }));
    const squares = (sigma: number, kappa: number) => {
      const curve = { gamma: 1, sigma, kappa };
      const logs = points.map((point) => Math.log(point.throughput / uslThroughput(curve, point.concurrency)));
      return variance(logs) * (logs.length - 1);
    };
    const free = Array.from({ length: 300 }, (_, i) => 1e-6 * 1.05 ** i);
    const along = free.map((each) => Math.min(squares(0, each), squares(Math.min(1, each), 0)));
    expect(uslResidual(points, fitUsl(points))).toBeLessThanOrEqual(Math.min(...along) + 1e-12);
  });

  test('refuses unusable points', () => {
    expect(() => fitUsl([{ concurrency: 1, throughput: 1 }])).toThrow('three points');
    const silent = [1, 2, 3].map((concurrency) => ({ concurrency, throughput: 0 }));
    expect(() => fitUsl(silent)).toThrow('above 0');
  });
});
