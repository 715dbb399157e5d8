import { libc } from '../libc.ts';
import { ThreadMemory } from '../memory/thread-memory.ts';

const timespec = new ThreadMemory(16);

/** A reading of clock_gettime(2). It has two numbers, because a double of nanoseconds would lose the last digits. */
export interface ClockReading {
  readonly seconds: number;
  readonly nanos: number;
}

/** Reads a clock: clock_gettime(2). @returns undefined when there is no such clock. */
export function readClock(clock: number): ClockReading | undefined {
  const { memory } = timespec;
  if (libc().clock_gettime(clock, memory.address) !== 0) return undefined;
  return { seconds: memory.getUint64(0), nanos: memory.getUint64(8) };
}

/** Returns the time of day, CLOCK_REALTIME: seconds since 1970. */
export function readRealtime(): ClockReading {
  const CLOCK_REALTIME = 0;
  return readClock(CLOCK_REALTIME) ?? { seconds: 0, nanos: 0 };
}
