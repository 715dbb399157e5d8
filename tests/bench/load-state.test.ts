import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LoadProfile } from '../../bench/load/arrivals/profile.ts';
import { ArrivalSample } from '../../bench/load/arrivals/sample.ts';
import { ArrivalOrder } from '../../bench/load/datagrams/arrival-order.ts';
import { BoundedDemand } from '../../bench/load/demand/demand.ts';
import { LoadState } from '../../bench/load/ledger/load-state.ts';
import { MessageSize } from '../../bench/load/protocols/message-size.ts';
import { LiveView } from '../../bench/load/threads/live.ts';
import { nowNanos } from '../../bench/measure/clock.ts';
import { KernelClock } from '../../bench/measure/kernel-clock.ts';
import { parseUdpDrops } from '../../bench/measure/udp-sockets.ts';
import { fixedSize } from '../../bench/model/message-sizes.ts';
import { readRealtime } from '../../sockets/os/clock.ts';
import { whyMissing } from '../requirements.ts';

describe('the record of a thread', () => {
  test('divides a response into waiting for a connection, generator lag and service', () => {
    const live = new LiveView();
    const state = new LoadState(2, live, undefined, true);
    // Due at 100, its connection free at 400, sent at 450, answered at 950, read at 1,000.
    state.served(1, 400, 450, 950, 1000);
    state.completed(1, 100, 1000);
    expect([live.response.max, live.service.max, live.generatorLag.max]).toEqual([900, 500, 100]);
    expect(state.counts.completed).toBe(1);
  });

  test('contains the mean number of requests in flight', () => {
    const state = new LoadState(1, new LiveView(), undefined, false);
    state.startMeasuring(0);
    const begin = nowNanos() + 1e6;
    state.holds(2, begin);
    state.holds(5, begin + 100);
    state.holds(0, begin + 300);
    expect(state.inFlightNanos).toBe(2 * 100 + 5 * 200);
    // A request that was due 40 ns before it was noticed was in flight in that time, too.
    state.noticed(begin, begin + 40);
    expect(state.inFlightNanos).toBe(2 * 100 + 5 * 200 + 40);
  });

  test('is reset when the measurement begins, except for requests in flight', () => {
    const live = new LiveView();
    const state = new LoadState(2, live, undefined, false);
    state.completed(0, 0, 10);
    state.connected(5);
    state.startMeasuring(3);
    expect(state.counts).toMatchObject({ sent: 3, completed: 0 });
    expect([live.response.count, live.connect.count]).toEqual([0, 0]);
    expect(state.fairness(2).starved).toBe(2);
  });

  test('computes fairness over the connections in use, and from bytes for one-way loads', () => {
    const state = new LoadState(3, new LiveView(), undefined, false);
    state.moved(0, 3);
    state.moved(1, 4);
    expect(state.fairness(2)).toEqual({ sum: 7, sumOfSquares: 25, starved: 0 });
    expect(state.fairness(3).starved).toBe(1);
    expect(state.fairness(3, 2).starved).toBe(0);
    expect(state.counts.bytes).toBe(7);
  });
});

test('a bounded demand gives requests only to connections in use, up to its number', () => {
  const demand = new BoundedDemand();
  expect(demand.next(7, 42)).toBe(42);
  demand.active = 2;
  demand.left = 2;
  expect([demand.next(2, 1), demand.next(1, 1), demand.next(0, 2), demand.next(1, 3)]).toEqual([-1, 1, 2, -1]);
});

const KEY = { seed: 1 };

describe('the sizes of requests', () => {
  test('depend only on connection and sequence number', () => {
    const size = new MessageSize(
      [
        { from: 10, to: 20, share: 0.5 },
        { from: 1000, to: 1000, share: 0.5 },
      ],
      KEY,
    );
    expect([size.fixed, size.largest]).toEqual([0, 1000]);
    for (let sequence = -50; sequence < 50; sequence++) expect(size.of(3, sequence)).toBe(size.of(3, sequence));
  });

  test('follow their shares, and are uniform within a range', () => {
    const size = new MessageSize(
      [
        { from: 1, to: 4, share: 0.75 },
        { from: 64, to: 64, share: 0.25 },
      ],
      KEY,
    );
    const counts = new Map<number, number>();
    for (let c = 0; c < 20; c++) {
      for (let sequence = 0; sequence < 2000; sequence++) {
        const bytes = size.of(c, sequence);
        counts.set(bytes, (counts.get(bytes) ?? 0) + 1);
      }
    }
    const expected = new Map([1, 2, 3, 4].map((bytes) => [bytes, 7500]));
    expected.set(64, 10_000);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 64]);
    // Five standard deviations of a binomial count.
    for (const [bytes, count] of expected) {
      expect(Math.abs((counts.get(bytes) ?? 0) - count)).toBeLessThan(5 * Math.sqrt(count));
    }
  });

  test('stay within their range', () => {
    fc.assert(
      fc.property(fc.nat(1e6), fc.nat(1e6), fc.integer(), fc.nat(1e5), (from, span, sequence, connection) => {
        const bytes = new MessageSize([{ from, to: from + span, share: 1 }], KEY).of(connection, sequence);
        expect(bytes).toBeGreaterThanOrEqual(from);
        expect(bytes).toBeLessThanOrEqual(from + span);
      }),
    );
  });

  test('may be fixed', () => expect(new MessageSize(fixedSize(64), KEY).fixed).toBe(64));
});

describe('the arrival order of datagrams', () => {
  test('is violated by one that comes after a later one on the same socket', () => {
    const order = new ArrivalOrder(2);
    const came = (s: number, sequence: number) => order.came(s, sequence, 0, 0);
    expect([came(0, 0), came(0, 2), came(0, 1), came(0, 3)]).toEqual([false, false, true, false]);
    expect([came(1, 5), came(1, 6)]).toEqual([false, false]);
  });

  test('is kept when sequence numbers wrap around', () => {
    const order = new ArrivalOrder(1);
    const came = (sequence: number) => order.came(0, sequence, 0, 0);
    expect([came(2 ** 31 - 2), came(2 ** 31 - 1), came(-(2 ** 31)), came(2 ** 31 - 1)]).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test('has the jitter of RFC 3550: a sixteenth of each new difference', () => {
    const order = new ArrivalOrder(3);
    expect(order.jitterNanos).toBeNull();
    // Transit times are 100, 116, 100 and 100.
    for (const [sequence, [sent, arrived]] of [
      [0, 100],
      [1000, 1116],
      [2000, 2100],
      [3000, 3100],
    ].entries()) {
      order.came(0, sequence, sent as number, arrived as number);
    }
    // 16/16 = 1; 1 + (16 - 1)/16; then (0 - 1.9375)/16 less.
    expect(order.jitterNanos).toBeCloseTo(1.9375 * (15 / 16), 10);
    order.came(1, 0, 0, 5);
    order.came(1, 1, 0, 5);
    expect(order.jitterNanos).toBeCloseTo((1.9375 * (15 / 16)) / 2, 10);
    order.reset();
    expect(order.jitterNanos).toBeNull();
  });
});

describe('a sample of arrivals', () => {
  const profile = new LoadProfile({ start: 1000, stages: [], holdMs: 0 });

  test('has gaps in operational time for one of several threads', () => {
    const sample = new ArrivalSample(profile, 5e9, 2, 10);
    for (const millis of [0, 2, 3, 7]) sample.sent(5e9 + millis * 1e6, true);
    expect([...sample.gaps()].map((gap) => Math.round(gap * 1000) / 1000)).toEqual([1, 0.5, 2]);
  });

  test('leaves out requests that had to wait, and the gaps next to them', () => {
    const sample = new ArrivalSample(profile, 0, 1, 10);
    for (const [millis, onTime] of [
      [1, true],
      [2, true],
      [9, false],
      [10, true],
      [11, true],
    ] as const) {
      sample.sent(millis * 1e6, onTime);
    }
    expect([...sample.gaps()].map(Math.round)).toEqual([1, 1]);
  });

  test('keeps an evenly spread part of many arrivals', () => {
    const sample = new ArrivalSample(profile, 0, 1, 1e6);
    for (let i = 1; i <= 1e6; i++) sample.sent(i * 1e6, true);
    const gaps = sample.gaps();
    expect(gaps.length).toBeGreaterThan(2000);
    expect(gaps.length).toBeLessThanOrEqual(2048);
    sample.reset();
    expect(sample.gaps()).toHaveLength(0);
  });
});

test.skipIf(whyMissing('libc'))('the kernel’s wall-clock time is converted to the monotonic clock', () => {
  const clock = new KernelClock();
  const before = nowNanos();
  const { seconds, nanos } = readRealtime();
  const after = nowNanos();
  const monotonic = clock.monotonic(seconds, nanos);
  expect(monotonic).toBeGreaterThan(before - 20_000);
  expect(monotonic).toBeLessThan(after + 20_000);
  expect(clock.monotonic(seconds + 1, nanos) - monotonic).toBeCloseTo(1e9, -1);
});

test('the UDP drops of a port come from all its sockets', () => {
  const table = [
    '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops',
    ' 1068: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20014 2 00000000 17',
    ' 1069: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 20015 2 00000000 4',
    ' 1070: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 20016 2 00000000 99',
    '',
  ].join('\n');
  expect(parseUdpDrops(table, 8080)).toEqual([17, 4]);
  expect(parseUdpDrops(table, 80)).toEqual([]);
  expect(parseUdpDrops('', 80)).toEqual([]);
});
