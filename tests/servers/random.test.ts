import { describe, expect, test } from 'vitest';
import { avalanche, murmur3 } from '../../servers/random/murmur3.ts';
import { ofSeveral, streamKeyOf } from '../../servers/random/random-spec.ts';
import { type Random, type StreamKey, seedOf, streamOf, streamPurposes } from '../../servers/random/streams.ts';

function bits(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random() * 2 ** 32);
}

describe('values are those of other implementations:', () => {
  // From the package mmh3 5 for Python: mmh3.hash128(words, 0, x64arch=False).
  test.each([
    [
      [0, 0, 0, 0],
      [0x5a4075d6, 0x6b2d3d27, 0xd3926c2f, 0xeb228a07],
    ],
    [
      [1, 2, 3, 4],
      [0x37d6ee17, 0x3d4a429d, 0x3dbb9c17, 0x5b64b81d],
    ],
    [
      [0xffffffff, 0x80000000, 0x7fffffff, 42],
      [0x3ec0e187, 0x0a2c89, 0xc4d38e3e, 0x75f286b0],
    ],
    [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [0x201f5493, 0xff6abaf2, 0xff6325bd, 0x71107d24],
    ],
  ])('MurmurHash3_x86_128 of %j', (words, hash) => {
    expect(murmur3(words).map((word) => word >>> 0)).toEqual(hash);
  });

  // fmix32 is a bijection that keeps 0. Of 1 it is the MurmurHash3_x86_32 of no bytes with seed 1.
  test('the finalizer of MurmurHash3', () => expect([avalanche(0), avalanche(1) >>> 0]).toEqual([0, 0x514e28b7]));

  // The same hash of the key's words, then xoshiro128** as its authors wrote it in C.
  test.each<['arrivals' | 'work', StreamKey, number[]]>([
    ['arrivals', { seed: 42, round: 3, thread: 1 }, [374222462, 1696054584, 1852769628, 1319818862]],
    [
      'work',
      { seed: 2 ** 32 - 1, session: 2 ** 32 - 2, window: 7, ordinal: 0 },
      [2619939653, 1993543657, 2422420055, 3699242646],
    ],
  ])('the stream of %s at %j', (purpose, key, drawn) => {
    expect(bits(streamOf(purpose, key), 4)).toEqual(drawn);
  });
});

/** Streams as in a run: each purpose, with neighbouring values of every part of the key. */
const keys: StreamKey[] = [
  ...[0, 1, 2, 1000, 2 ** 32 - 1].map((seed) => ({ seed })),
  ...[0, 1, 2, 3].flatMap((value) => [
    ...[{ round: value }, { session: value }, { window: value }, { thread: value }, { ordinal: value }].map((part) => ({
      seed: 1,
      ...part,
    })),
    // Equal sums of seed, round and thread: adding the parts would give equal streams.
    { seed: 1 + value, round: 4 - value, thread: 0 },
    { seed: 1, round: 4, session: 2, window: value, thread: 3 - value },
  ]),
];
const streams = streamPurposes.flatMap((purpose) =>
  keys.map((key) => ({ name: `${purpose} ${JSON.stringify(key)}`, random: () => streamOf(purpose, key) })),
);

describe('streams', () => {
  test('are the same for the same purpose and key', () => {
    for (const { random } of streams) expect(bits(random(), 5)).toEqual(bits(random(), 5));
  });

  test('are not copies of each other, not even shifted ones', () => {
    // 52 bits of each two successive numbers: a part shared by two streams would show, at any position in either.
    const seen = new Map<number, string>();
    const shared: string[] = [];
    for (const { name, random } of streams) {
      const drawn = bits(random(), 500);
      for (let i = 1; i < drawn.length; i++) {
        const pair = (drawn[i - 1] as number) * 2 ** 20 + Math.floor((drawn[i] as number) / 2 ** 12);
        const other = seen.get(pair);
        if (other !== undefined) shared.push(`${name} and ${other}`);
        seen.set(pair, name);
      }
    }
    expect(shared).toEqual([]);
  });

  test('are each uniformly distributed', () => {
    for (const { name, random } of streams) {
      const drawn = random();
      const counts = new Array<number>(16).fill(0);
      for (let i = 0; i < 16 * 256; i++) count(counts, Math.floor(drawn() * 16));
      // 15 degrees of freedom: above 60 with a probability of 2e-7.
      expect(
        counts.reduce((sum, each) => sum + (each - 256) ** 2 / 256, 0),
        name,
      ).toBeLessThan(60);
    }
  });

  test('are pairwise independent', () => {
    const drawn = streams.map(({ random }) => series(random()));
    const pairs = (drawn.length * (drawn.length - 1)) / 2;
    const dependent: string[] = [];
    let [sum, sumOfSquares] = [0, 0];
    for (let i = 0; i < drawn.length; i++) {
      for (let j = 0; j < i; j++) {
        const { z, square } = dependence(drawn[i] as Series, drawn[j] as Series);
        // One of 10^10 pairs has such a large correlation, or such a large chi-square with 9 degrees of freedom.
        if (Math.abs(z) > 6.5 || square > 65) dependent.push(`${streams[i]?.name} and ${streams[j]?.name}`);
        sum += square;
        sumOfSquares += z * z;
      }
    }
    expect(dependent).toEqual([]);
    // Over all pairs, both means match their distributions, within five standard deviations.
    expect(Math.abs(sum / pairs - 9)).toBeLessThan(5 * Math.sqrt(18 / pairs));
    expect(Math.abs(sumOfSquares / pairs - 1)).toBeLessThan(5 * Math.sqrt(2 / pairs));
  });

  test('differ between a part of the key that is 0 and one that is omitted', () => {
    expect(bits(streamOf('work', { seed: 1, ordinal: 0 }), 1)).not.toEqual(bits(streamOf('work', { seed: 1 }), 1));
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 32])('refuse the seed %d', (seed) => {
    expect(() => streamOf('work', { seed })).toThrow(/^a seed is an integer from 0 to 4294967295, not/);
  });

  test.each([-1, 0.5, Number.NaN, 2 ** 32 - 1])('refuse %d as a part of the key', (ordinal) => {
    expect(() => streamOf('work', { seed: 1, ordinal })).toThrow(/^a part of a stream's key is an integer/);
  });
});

test('derived seeds are distinct integers from 0 to 2^32 - 1', () => {
  const seeds = Array.from({ length: 1000 }, (_, ordinal) => seedOf('check seeds', { seed: 1, ordinal }));
  expect(new Set(seeds).size).toBe(1000);
  for (const seed of seeds) expect(seed >= 0 && seed < 2 ** 32 && Number.isInteger(seed)).toBe(true);
});

test('each of several workers has its own streams', () => {
  const served = { app: 'echo', streamKey: { seed: 5, round: 2 } };
  expect(ofSeveral(served, 3)).toEqual({ app: 'echo', streamKey: { seed: 5, round: 2, ordinal: 3 } });
  expect(streamKeyOf({})).toEqual({ seed: 0 });
});

/** Length of the series in the comparison of pairs of streams. */
const LENGTH = 512;

function count(counts: number[], index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

/** Numbers in [0, 1) of a stream, less a half, and the quarters of the range that they are in. */
interface Series {
  readonly centred: Float64Array;
  /** For each quarter, a bit for each number that is in it, and their count. */
  readonly quarters: readonly { readonly bits: Int32Array; readonly count: number }[];
}

function series(random: Random): Series {
  const centred = Float64Array.from({ length: LENGTH }, () => random() - 0.5);
  const quarters = [0, 1, 2, 3].map((quarter) => {
    const bits = new Int32Array(LENGTH / 32);
    for (const [i, value] of centred.entries()) {
      if (Math.floor(4 * (value + 0.5)) === quarter) bits[i >> 5] = (bits[i >> 5] as number) | (1 << (i & 31));
    }
    return { bits, count: common(bits, bits) };
  });
  return { centred, quarters };
}

/** Returns the number of bits that are set in both. */
function common(a: Int32Array, b: Int32Array): number {
  let bits = 0;
  for (let i = 0; i < a.length; i++) {
    // Sums of 2, 4 and 8 bits beside each other, then of all four bytes (H. Warren, Hacker's Delight, section 5-1).
    let sums = (a[i] as number) & (b[i] as number);
    sums -= (sums >>> 1) & 0x55555555;
    sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
    bits += Math.imul((sums + (sums >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return bits;
}

/**
 * Returns how much two series depend on each other: their correlation, in standard deviations of that of independent
 * ones, and the interaction in a table of 4 × 4 joint bins, a chi-square with 9 degrees of freedom. Bins are counted 32
 * numbers at once, because there are 300,000 pairs.
 */
function dependence(x: Series, y: Series): { readonly z: number; readonly square: number } {
  const [a, b] = [x.centred, y.centred];
  let products = 0;
  for (let k = 0; k < a.length; k++) products += (a[k] as number) * (b[k] as number);
  const expected = LENGTH / 16;
  let square = 0;
  for (const row of x.quarters) {
    for (const column of y.quarters) {
      const alone = (row.count + column.count) / 4;
      square += (common(row.bits, column.bits) - alone + expected) ** 2 / expected;
    }
  }
  return { z: (12 * products) / Math.sqrt(LENGTH), square };
}
