import { performance } from 'node:perf_hooks';

/** Readings of two clocks to choose from. The first ones are slow, because V8 has not compiled them. */
const READINGS = 10;

/**
 * Returns monotonic time in nanoseconds, the same in every thread and process of this machine (CLOCK_MONOTONIC). A
 * double holds it to within 2 ns for 208 days of uptime. performance.now() is the cheapest way to ask V8: 40 ns,
 * without the BigInt of process.hrtime.bigint(). It is imported because the global of that name is a getter, which
 * costs 10 ns more.
 */
export function nowNanos(): number {
  return performance.now() * 1e6 + epochNanos;
}

// performance.now() counts from the start of its own thread: this is that start on the common clock.
const epochNanos = epochOf(
  () => performance.now() * 1e6,
  () => Number(process.hrtime.bigint()),
);

/**
 * Returns when a clock's zero is on another clock. The other is read between two readings of the clock, and taken for their
 * middle. A thread may lose its CPU between them, for milliseconds: of several tries, the one with the least time between
 * counts.
 * @param own clock, and
 * @param common clock: both in nanoseconds.
 */
export function epochOf(own: () => number, common: () => number): number {
  let [epoch, least] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < READINGS; i++) {
    const before = own();
    const reading = common();
    const after = own();
    if (after - before >= least) continue;
    least = after - before;
    epoch = reading - (before + after) / 2;
  }
  return epoch;
}
