import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { untilBeatMs } from '../../bench/fleet/model/timing.ts';
import { waitForStart } from '../../bench/load/threads/start-wait.ts';

const MS = 1e6;

/** Waits for a start at 0 from a time before, with a simulated clock. */
function waited(from: number, { late = 0, overAt = Number.POSITIVE_INFINITY } = {}) {
  let now = from;
  const sleeps: number[] = [];
  let awakeSince: number | undefined;
  waitForStart(0, {
    now: () => now,
    sleep(nanos) {
      sleeps.push(nanos);
      now = Math.min(now + Math.max(nanos / 2, nanos + late), Math.max(now, overAt));
    },
    giveWay() {
      awakeSince ??= now;
      now += 2000;
    },
    isOver: () => now >= overAt,
  });
  return { now, sleeps, awakeNanos: awakeSince === undefined ? 0 : now - awakeSince };
}

describe('a thread that waits for a start', () => {
  test('begins at the start, after one sleep and a short time awake', () => {
    const { now, sleeps, awakeNanos } = waited(-500 * MS);
    expect(sleeps).toHaveLength(1);
    expect(now).toBeGreaterThanOrEqual(0);
    expect(now).toBeLessThan(2000);
    expect(awakeNanos).toBeLessThan(MS);
  });

  test('begins at once when the start is over, or its timer was late', () => {
    expect(waited(7)).toEqual({ now: 7, sleeps: [], awakeNanos: 0 });
    expect(waited(-500 * MS, { late: 2 * MS })).toMatchObject({ now: 1.7 * MS, awakeNanos: 0 });
  });

  test('sleeps again when it woke early', () => {
    const { now, sleeps } = waited(-500 * MS, { late: -10 * MS });
    expect(sleeps.length).toBeGreaterThan(1);
    expect(now).toBeGreaterThanOrEqual(0);
  });

  test('stops waiting when there will be no start', () => {
    expect(waited(-500 * MS, { overAt: -400 * MS }).now).toBe(-400 * MS);
  });

  test('never begins early, and is never awake for long', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e6 }), fc.integer({ min: -1e5, max: 1e6 }), (from, late) => {
        const { now, awakeNanos } = waited(from, { late });
        expect(now).toBeGreaterThanOrEqual(0);
        expect(awakeNanos).toBeLessThan(MS);
      }),
    );
  });
});

describe('heartbeats', () => {
  test('are half an interval away from the start, before and after it', () => {
    const start = 7777.5 * MS;
    const times: number[] = [];
    for (let now = start - 490 * MS; now < start + 1000 * MS; times.push((now - start) / MS)) {
      now += untilBeatMs(now, start) * MS;
    }
    expect(times.map((time) => Math.round(time))).toEqual([-125, 125, 375, 625, 875, 1125]);
  });

  test('are sent once each, also by timers that are early, and never more than one and a half intervals apart', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e4, max: 1e6, noNaN: true }), (sinceStartMs) => {
        const wait = untilBeatMs(sinceStartMs * MS, 0);
        expect(wait).toBeGreaterThan(124.99);
        expect(wait).toBeLessThan(375.01);
      }),
    );
  });
});
