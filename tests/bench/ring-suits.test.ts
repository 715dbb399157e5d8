import { describe, expect, test } from 'vitest';
import { ringSuits } from '../../bench/load/streams/ring-suits.ts';
import type { Assignment } from '../../bench/load/threads/assignment.ts';
import type { OperatingPoint } from '../../bench/model/operating-point.ts';
import { assign, pacer } from './assignment.ts';
import { protocolOf } from './exchanges.ts';

describe('the ring supports', () => {
  const address = { host: '127.0.0.1', port: 1 };
  const suits = (assignment: Assignment) => ringSuits(assignment, protocolOf(assignment));

  test('one request at a time, of any size, and at a high rate', () => {
    expect(suits(assign({}, address))).toBe(true);
    expect(suits({ ...assign({}, address), timestamps: 'kernel' })).toBe(true);
    expect(suits(assign({ sizes: [{ from: 64, to: 65, share: 1 }] }, address))).toBe(true);
    const at = (start: number) =>
      suits({ ...assign({}, address), pacer: { ...pacer, profile: { ...pacer.profile, start } } });
    expect([at(1000), at(33_000), at(34_000), at(1e6)]).toEqual([false, false, true, true]);
    const exact = { ...assign({}, address), isExact: true };
    expect(suits(exact)).toBe(true);
    expect(suits({ ...exact, pacer: { ...pacer, profile: { ...pacer.profile, start: 1e6 } } })).toBe(false);
  });

  test.each<[string, Partial<OperatingPoint>]>([
    ['UDP', { transport: 'udp' }],
    ['one-way loads', { workload: 'upload' }],
    ['a connection for each request', { connection: 'per-request' }],
    ['several requests in flight', { pipelining: 2 }],
    ['too large requests', { sizes: [{ from: 16_385, to: 16_385, share: 1 }] }],
    ['too much memory', { connections: 4097, sizes: [{ from: 16_384, to: 16_384, share: 1 }] }],
  ])('not %s', (_, point) => {
    expect(suits(assign(point, address))).toBe(false);
  });
});
