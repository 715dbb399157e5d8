import { readRealtime } from '../../sockets/clock.ts';
import { nowNanos } from './clock.ts';

/** Readings of which the quickest counts: one that was interrupted in the middle would say nothing. */
const ATTEMPTS = 8;

/**
 * Tells the kernel's receive timestamps, which are of the time of day (CLOCK_REALTIME), on the monotonic clock of
 * {@link nowNanos}. Both clocks run at the same speed, adjtimex(2); only when the time of day is set they part, so call
 * {@link KernelClock.synchronize} now and then.
 */
export class KernelClock {
  readonly #base = readRealtime().seconds;
  /** Monotonic time at second {@link #base} of the time of day. */
  #offset = 0;

  constructor() {
    this.synchronize();
  }

  /** Finds out how far the clocks are apart, to about 0.1 µs. Takes some 5 µs. */
  synchronize(): void {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < ATTEMPTS; i++) {
      const before = nowNanos();
      const { seconds, nanos } = readRealtime();
      const took = nowNanos() - before;
      if (took >= best) continue;
      best = took;
      this.#offset = before + took / 2 - ((seconds - this.#base) * 1e9 + nanos);
    }
  }

  /** A moment of the time of day in monotonic nanoseconds. */
  monotonic(seconds: number, nanos: number): number {
    return (seconds - this.#base) * 1e9 + nanos + this.#offset;
  }
}
