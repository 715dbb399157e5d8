import { describe, expect, test } from 'vitest';
import { type CapacityConfiguration, capacityFaults, leastRate } from '../../../bench/model/capacity-configuration.ts';
import { parseThreshold } from '../../../bench/model/threshold.ts';
import { configuration } from '../configurations.ts';

const searchable: CapacityConfiguration = {
  ...configuration,
  ...{ command: 'capacity', transports: ['tcp'], connections: [16], rounds: 1 },
  ...{ rate: 1000, arrivals: 'poisson', confirmMs: 2000, searchLimitMs: 60_000 },
  thresholds: [parseThreshold('p99<5ms')],
  failureLimit: parseThreshold('errorRate<=0.1%'),
};

test('a valid search has no faults', () => {
  expect(capacityFaults(searchable)).toEqual([]);
});

test('the lowest rate sends twenty requests in a short trial', () => {
  expect(leastRate(searchable)).toBe(40);
  expect(capacityFaults({ ...searchable, rate: 40 })).toEqual([]);
});

describe('a search is refused', () => {
  test.each<[string, Partial<CapacityConfiguration>, string]>([
    ['without an objective', { thresholds: [] }, "slo: give an objective, such as --slo 'p99<5ms'"],
    [
      'with a threshold on the rate itself',
      { thresholds: [parseThreshold('rate>5k')] },
      'slo: rate>5k: rate depends on the offered rate',
    ],
    [
      'for a one-way workload',
      { workload: 'upload', app: 'discard', transports: ['udp'], thresholds: [parseThreshold('memory<1GB')] },
      'workload: upload has no replies',
    ],
    [
      'with a threshold on an unknown value',
      {
        timestamps: 'user',
        targets: [{ kind: 'model', model: 'async' }],
        thresholds: [parseThreshold('service.p99<20ms')],
      },
      "slo: service.p99<20ms: it needs the kernel's timestamps",
    ],
    ['with windows shorter than trials', { confirmMs: 499 }, "confirm: a window of 499 ms can't confirm trials of 500"],
    [
      'with an error limit that allows every request to fail',
      { failureLimit: parseThreshold('errorRate<=100%') },
      'max-errors: 100% or more is no limit',
    ],
    [
      'with a budget too short for one window',
      { searchLimitMs: 2199 },
      'budget: 2199 ms is too short for one confirmation of 2200 ms',
    ],
    [
      'from too low a rate',
      { rate: 39 },
      'start-rate: 39 requests/s gives fewer than 20 requests in a trial of 500 ms',
    ],
    [
      'with too low a start rate',
      { rate: 39 },
      'start-rate: 39 requests/s gives fewer than 20 requests in a trial of 500 ms',
    ],
    ['with a start rate of zero', { rate: 0 }, 'start-rate: 0 is not above 0 and up to 100000000 requests/s'],
  ])('%s', (_, change, fault) => {
    const faults = capacityFaults({ ...searchable, ...change });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(fault);
  });

  test('with all its faults reported together', () => {
    expect(capacityFaults({ ...searchable, thresholds: [], rate: 0, connections: [0], searchLimitMs: 1 })).toHaveLength(
      4,
    );
  });
});
