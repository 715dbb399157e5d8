import { libc } from './libc.ts';
import { NativeMemory } from './memory.ts';

let timespec: NativeMemory | undefined;

/** A moment as clock_gettime(2) gives it: in one number of nanoseconds, a double would lose the last digits. */
export interface ClockReading {
  readonly seconds: number;
  readonly nanos: number;
}

/** clock_gettime(2). @returns undefined when there is no such clock. */
export function readClock(clock: number): ClockReading | undefined {
  timespec ??= new NativeMemory(16);
  if (libc().clock_gettime(clock, timespec.address) !== 0) return undefined;
  return { seconds: timespec.getUint64(0), nanos: timespec.getUint64(8) };
}

/** The time of day, CLOCK_REALTIME: seconds since 1970. */
export function readRealtime(): ClockReading {
  const CLOCK_REALTIME = 0;
  return readClock(CLOCK_REALTIME) ?? { seconds: 0, nanos: 0 };
}
