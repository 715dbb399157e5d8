import { describe, expect, test } from 'vitest';
import { ringSuits } from '../../bench/load/streams/ring-stream.ts';
import type { OperatingPoint } from '../../bench/model/operating-point.ts';
import { assign } from './assignment.ts';

describe('the ring supports', () => {
  const address = { host: '127.0.0.1', port: 1 };
  test('a closed loop of one size', () => {
    expect(ringSuits(assign({}, address))).toBe(true);
    expect(ringSuits({ ...assign({}, address), timestamps: 'kernel' })).toBe(true);
  });

  test.each<[string, Partial<OperatingPoint>]>([
    ['UDP', { transport: 'udp' }],
    ['one-way loads', { workload: 'upload' }],
    ['a connection for each request', { connection: 'per-request' }],
    ['several requests in flight', { pipelining: 2 }],
    ['mixed sizes', { sizes: [{ from: 64, to: 65, share: 1 }] }],
    ['too large requests', { sizes: [{ from: 16_385, to: 16_385, share: 1 }] }],
    ['too much memory', { connections: 4097, sizes: [{ from: 16_384, to: 16_384, share: 1 }] }],
  ])('not %s', (_, point) => {
    expect(ringSuits(assign(point, address))).toBe(false);
  });

  test('not a load at a rate', () => {
    const profile = { start: 1, stages: [], holdMs: 0 };
    const pacer = { profile, arrivals: 'constant', streamKey: { seed: 1 }, thread: 0, threads: 1 } as const;
    expect(ringSuits({ ...assign({}, address), pacer })).toBe(false);
  });
});
