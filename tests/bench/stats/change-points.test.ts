import { describe, expect, test } from 'vitest';
import { changePoints, MAX_SERIES, MIN_SEGMENT, valuesNeeded } from '../../../bench/stats/change-points.ts';
import { bestSplit } from '../../../bench/stats/energy-split.ts';
import type { Random } from '../../../servers/random/streams.ts';
import { seeded } from '../../seeded.ts';

/** Annual flow of the Nile at Aswan, 1871 to 1970, in 10^8 m³ (G. W. Cobb, The Problem of the Nile, Biometrika 65, 1978). */
const NILE = [
  ...[1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140],
  ...[1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969],
  ...[831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759],
  ...[781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890],
  ...[744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740],
];

/** Returns a standard normal number, by the method of G. E. P. Box and M. E. Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Noise of a series, with mean 0. */
const NOISES = {
  normal,
  /** Student's t with two degrees of freedom: outliers of any size. */
  'heavy tails': (random: Random) => normal(random) / Math.sqrt(-Math.log(1 - random())),
  /** Skewed, as latencies are. */
  lognormal: (random: Random) => Math.exp(normal(random)) - Math.exp(0.5),
};

/** Returns runs at the given levels, each with noise of 5 % of a level of 100. */
function runsAt(levels: readonly (readonly [runs: number, level: number])[], random: Random, noise = normal): number[] {
  return levels.flatMap(([runs, level]) => Array.from({ length: runs }, () => level + 5 * noise(random)));
}

const indexes = (values: readonly number[], level = 0.05) => changePoints(values, level).map(({ index }) => index);

describe('the best split', () => {
  /** Computes the statistic of each split from its definition. */
  function byDefinition(values: readonly number[], at: number): number {
    const [x, y] = [values.slice(0, at), values.slice(at)];
    const pairs = (side: readonly number[]) => side.flatMap((a, i) => side.slice(i + 1).map((b) => Math.abs(a - b)));
    const mean = (distances: readonly number[]) => distances.reduce((sum, each) => sum + each, 0) / distances.length;
    const between = mean(x.flatMap((a) => y.map((b) => Math.abs(a - b))));
    return ((x.length * y.length) / values.length) * (2 * between - mean(pairs(x)) - mean(pairs(y)));
  }

  test('has the greatest statistic, as defined', () => {
    const random = seeded(1);
    for (const n of [6, 7, 12, 31]) {
      const values = Array.from({ length: n }, () => random());
      const places = Array.from({ length: n - 2 * MIN_SEGMENT + 1 }, (_, i) => i + MIN_SEGMENT);
      const statistics = places.map((at) => byDefinition(values, at));
      const found = bestSplit(values, 0, n, MIN_SEGMENT);
      expect(found?.statistic).toBeCloseTo(Math.max(...statistics), 9);
      expect(found?.at).toBe(places[statistics.indexOf(Math.max(...statistics))]);
    }
  });

  test('leaves the fewest values on either side, and needs twice as many', () => {
    expect(bestSplit([9, 0, 0, 0, 0, 0], 0, 6, 3)?.at).toBe(3);
    expect(bestSplit([9, 0, 0, 0, 0], 0, 5, 3)).toBe(null);
    expect(bestSplit([5, 5, 0, 0, 0, 1, 1, 1, 5, 5], 2, 8, 3)?.at).toBe(5);
  });
});

describe('known series', () => {
  test('the Nile changed after 1898, as is agreed, and not again', () => {
    expect(changePoints(NILE, 0.01)).toEqual([{ index: 28, p: 0.001 }]);
  });

  // As the tests of MongoDB's implementation require for each length.
  test.each([4, 5, 9, 20, 60, 99])('%i zeros and as many ones change in the middle', (each) => {
    expect(indexes([...Array(each).fill(0), ...Array(each).fill(1)])).toEqual([each]);
  });

  test('equal values have no change, however many', () => {
    for (const n of [0, 1, 7, 8, 200]) expect(indexes(Array(n).fill(3))).toEqual([]);
  });
});

describe('p', () => {
  // Two of C(n, n/2) ways to divide the values separate small from large.
  test.each([
    [8, 2 / 70],
    [7, 2 / 35],
    [6, 2 / 20],
  ])('of %i values in two halves is exact', (n, p) => {
    const values = Array.from({ length: n }, (_, i) => (i < n / 2 - 0.5 ? i : 1000 + i));
    expect(changePoints(values, 0.2)[0]?.p).toBeCloseTo(p, 12);
  });

  test('counts orders that are as good, also where values are equal', () => {
    // The six of eight zeros and ones that begin with all of one kind: 2 of C(8, 4) = 70 arrangements.
    expect(changePoints([0, 0, 0, 0, 1, 1, 1, 1], 0.05)[0]?.p).toBeCloseTo(2 / 70, 12);
  });

  test('is the same each time, and no less than the permutations allow', () => {
    const values = runsAt([[20, 100], [20, 150]], seeded(3));
    expect(changePoints(values, 0.05)).toEqual(changePoints(values, 0.05));
    expect(changePoints(values, 0.05)[0]?.p).toBe(1 / 1000);
    expect(changePoints(values, 0.0001)[0]?.p).toBe(1 / 50_000);
  });
});

test.each([
  [0.2, 6],
  [0.06, 7],
  [0.05, 8],
  [0.01, 10],
  [0.001, 14],
  [0.0001, 17],
])('at a level of %f a change needs %i values', (level, needed) => {
  expect(valuesNeeded(level)).toBe(needed);
});

test('eight values are enough at 5 %, seven are not', () => {
  const separated = [1, 2, 3, 4, 1001, 1002, 1003, 1004];
  expect(indexes(separated)).toEqual([4]);
  expect(indexes(separated.slice(1))).toEqual([]);
});

test('refuses what it cannot judge', () => {
  expect(() => changePoints(Array(MAX_SERIES + 1).fill(0), 0.05)).toThrow(`501 values are more than ${MAX_SERIES}`);
  expect(() => changePoints([1, Number.NaN], 0.05)).toThrow('not finite');
});

describe('simulated series', () => {
  const REPEATS = 200;
  const simulations = (seed: number, simulate: (random: Random) => number[], repeats = REPEATS) => {
    const random = seeded(seed);
    return Array.from({ length: repeats }, () => indexes(simulate(random)));
  };
  const share = (found: readonly number[][], is: (changes: readonly number[]) => boolean) =>
    found.filter(is).length / found.length;

  // A share of 5 % over 200 simulations has a standard deviation of 1.5 %; the seeds are fixed.
  test.each(Object.entries(NOISES))('without a change and with noise of %s, 5 %% have one', (_, noise) => {
    for (const n of [12, 25]) {
      const alarms = share(simulations(n, (random) => runsAt([[n, 100]], random, noise)), ({ length }) => length > 0);
      expect(alarms).toBeLessThan(0.095);
      expect(alarms).toBeGreaterThan(0.005);
    }
  });

  test('a step of 10 % in noise of 5 % is found where it is', () => {
    const found = simulations(5, (random) => runsAt([[15, 100], [15, 110]], random));
    expect(share(found, ({ length }) => length === 1)).toBeGreaterThan(0.9);
    expect(share(found, ([index = 0]) => Math.abs(index - 15) <= 2)).toBeGreaterThan(0.85);
  });

  test('a step in the last five of thirty runs is found', () => {
    const found = simulations(6, (random) => runsAt([[25, 100], [5, 110]], random));
    expect(share(found, ({ length }) => length > 0)).toBeGreaterThan(0.6);
  });

  test('two changes are found, up and down or up and up', () => {
    const thereAndBack = simulations(7, (random) => runsAt([[15, 100], [15, 115], [15, 100]], random), 50);
    const stairs = simulations(8, (random) => runsAt([[15, 100], [15, 115], [15, 130]], random), 50);
    for (const found of [thereAndBack, stairs]) {
      const both = ([first = 0, second = 0]: readonly number[]) =>
        Math.abs(first - 15) <= 2 && Math.abs(second - 30) <= 2;
      expect(share(found, both)).toBeGreaterThan(0.85);
      expect(share(found, ({ length }) => length > 2)).toBeLessThan(0.1);
    }
  });

  // A stated limit: docs/history.md.
  test('values that depend on the one before alarm more often', () => {
    const drifting = simulations(9, (random) => {
      let deviation = 0;
      return Array.from({ length: 30 }, () => {
        deviation = 0.5 * deviation + normal(random);
        return 100 + 5 * deviation;
      });
    });
    expect(share(drifting, ({ length }) => length > 0)).toBeGreaterThan(0.2);
  });
});
