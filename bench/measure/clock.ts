import { performance } from 'node:perf_hooks';

/**
 * Returns monotonic time in nanoseconds, the same in every thread and process of this machine (CLOCK_MONOTONIC). A
 * double holds it to within 2 ns for 208 days of uptime. performance.now() is the cheapest way to ask V8: 40 ns,
 * without the BigInt of process.hrtime.bigint(). It is imported because the global of that name is a getter, which
 * costs 10 ns more.
 */
export function nowNanos(): number {
  return performance.now() * 1e6 + epochNanos;
}

// performance.now() counts from the start of its own thread: this is that start on the common clock. The middle of two
// readings is used, so that the call between them does not shift it.
const before = performance.now();
const common = Number(process.hrtime.bigint());
const after = performance.now();
const epochNanos = common - ((before + after) / 2) * 1e6;
