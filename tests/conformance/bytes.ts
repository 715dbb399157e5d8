import { expect } from 'vitest';

// A prime, so that the pattern is out of step with every buffer size.
const PERIOD = 65_521;

/**
 * Returns bytes of a pattern in which two ranges, or two seeds, hardly ever look alike.
 * @param seed distinguishes senders. The same seed gives the same endless sequence.
 */
export function patternBytes(seed: number, start: number, length: number): Buffer {
  const period = periodOf(seed);
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; ) {
    const phase = (start + at) % PERIOD;
    at += period.copy(bytes, at, phase, Math.min(PERIOD, phase + length - at));
  }
  return bytes;
}

const periods = new Map<number, Buffer>();

function periodOf(seed: number): Buffer {
  let period = periods.get(seed);
  if (period === undefined) {
    // xorshift32, Marsaglia 2003.
    let state = (seed + 1) * 2_654_435_761;
    period = Buffer.alloc(PERIOD);
    for (let i = 0; i < PERIOD; i++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      period[i] = state & 0xff;
    }
    periods.set(seed, period);
  }
  return period;
}

/** Like toEqual, for buffers of megabytes: reports where they differ instead of printing them. */
export function expectSame(actual: Buffer, expected: Buffer): void {
  expect(actual.length, 'bytes of reply').toBe(expected.length);
  if (actual.equals(expected)) return;
  expect.fail(`the reply differs at byte ${actual.findIndex((byte, i) => byte !== expected[i])} of ${expected.length}`);
}
