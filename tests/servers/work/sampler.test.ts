import { describe, expect, test } from 'vitest';
import { ofSeveral, streamKeyOf } from '../../../servers/random/random-spec.ts';
import { type StreamKey, streamOf } from '../../../servers/random/streams.ts';
import { WorkSampler } from '../../../servers/work/sampler.ts';
import type { WorkSpec } from '../../../servers/work/spec.ts';

const plain: WorkSpec = {
  parts: [{ share: 1, cpuNanos: 100, ioNanos: 0 }],
  cacheHit: 0,
  requestBytes: 64,
};
const mixed: WorkSpec = {
  ...plain,
  parts: [
    { share: 0.7, cpuNanos: 50, ioNanos: 0 },
    { share: 0.1, cpuNanos: 5000, ioNanos: 9 },
  ],
};

/** Returns the costs of `count` requests, in order. */
function costs(spec: WorkSpec, count: number, key: StreamKey = { seed: 1 }): string[] {
  const sampler = new WorkSampler(spec, streamOf('work', key));
  return Array.from({ length: count }, () => {
    sampler.next();
    return `${sampler.cpuNanos} ${sampler.ioNanos}`;
  });
}

describe('the cost of requests', () => {
  test('is the same for all when there is one kind', () => {
    expect(new Set(costs(plain, 1000))).toEqual(new Set(['100 0']));
  });

  test.each([
    ['by share', mixed, { '50 0': 0.7, '5000 9': 0.1, '0 0': 0.2 }],
    ['by share, and is 0 for cache hits', { ...mixed, cacheHit: 0.5 }, { '50 0': 0.35, '5000 9': 0.05, '0 0': 0.6 }],
    ['as 0 when all are cache hits', { ...mixed, cacheHit: 1 }, { '50 0': 0, '5000 9': 0, '0 0': 1 }],
  ])('is drawn %s', (_, spec, shares) => {
    const drawn = costs(spec, 100_000);
    for (const [cost, share] of Object.entries(shares)) {
      expect(drawn.filter((each) => each === cost).length / drawn.length, cost).toBeCloseTo(share, 2);
    }
  });

  test('is the same for the same seed, and differs for another', () => {
    expect(costs(mixed, 100)).toEqual(costs(mixed, 100));
    expect(costs(mixed, 100, { seed: 2 })).not.toEqual(costs(mixed, 100));
  });

  test.each([0, 1, 2 ** 32 - 1])('varies between requests with the seed %d', (seed) => {
    expect(new Set(costs(mixed, 100, { seed })).size).toBe(3);
  });

  test('differs between several threads from the first request on', () => {
    const first = (index: number) => costs(mixed, 1, streamKeyOf(ofSeveral({ streamKey: { seed: 1 } }, index)))[0];
    const cheap = Array.from({ length: 1000 }, (_, index) => first(index)).filter((cost) => cost === '50 0');
    expect(cheap.length / 1000).toBeCloseTo(0.7, 1);
  });
});
