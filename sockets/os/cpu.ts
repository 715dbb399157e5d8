import { check } from '../errors/errno.ts';
import { libc, outcome } from '../libc.ts';
import { ThreadMemory } from '../memory/thread-memory.ts';
import { type ClockReading, readClock } from './clock.ts';

// cpu_set_t holds 1024 CPUs, CPU_SET(3).
const MAX_CPUS = 1024;

const cpuSet = new ThreadMemory(MAX_CPUS / 8);

/**
 * Binds a thread to CPUs: sched_setaffinity(2). Children and threads created later inherit the binding.
 * @param pid id of a thread; 0 is the calling thread.
 * @throws {SystemError} EINVAL when none of `cpus` exists here.
 * @throws {RangeError} for a number that is not an integer from 0 to 1023.
 */
export function setAffinity(pid: number, cpus: readonly number[]): void {
  const { memory } = cpuSet;
  memory.bytes.fill(0);
  for (const cpu of cpus) {
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= MAX_CPUS) throw new RangeError(`no such CPU: ${cpu}`);
    memory.bytes[cpu >> 3] = (memory.bytes[cpu >> 3] ?? 0) | (1 << (cpu & 7));
  }
  const status = libc().sched_setaffinity(pid, memory.size, memory.address);
  check(outcome(status), 'sched_setaffinity', `CPUs ${cpus.join(',')}`);
}

/** Returns the CPUs on which a thread may run, in ascending order: sched_getaffinity(2). @throws {SystemError} ESRCH */
export function getAffinity(pid: number): number[] {
  const { memory } = cpuSet;
  memory.bytes.fill(0);
  const status = libc().sched_getaffinity(pid, memory.size, memory.address);
  check(outcome(status), 'sched_getaffinity');
  return Array.from({ length: MAX_CPUS }, (_, cpu) => cpu).filter(
    (cpu) => (memory.bytes[cpu >> 3] ?? 0) & (1 << (cpu & 7)),
  );
}

/**
 * Runs `action` while the calling thread is bound to `cpus`. Processes that `action` starts inherit the binding.
 * @param cpus empty: leaves the thread as it is.
 * @throws {SystemError} EINVAL when none of them exists here.
 */
export function onCpus<T>(cpus: readonly number[], action: () => T): T {
  if (cpus.length === 0) return action();
  const before = getAffinity(0);
  setAffinity(0, cpus);
  try {
    return action();
  } finally {
    setAffinity(0, before);
  }
}

/** Lets other threads that are ready run on this CPU before the calling one: sched_yield(2). */
export function yieldCpu(): void {
  libc().sched_yield();
}

/**
 * Returns the CPU time that a process has used, in nanoseconds. It includes threads that have ended, but no children.
 * The clock is that of clock_getcpuclockid(3), which is finer than the 10 ms ticks of /proc/PID/stat.
 * @returns undefined when there is no such process.
 */
export function processCpuNanos(pid: number): number | undefined {
  const CPUCLOCK_SCHED = 2;
  return nanosOf(readClock((~pid << 3) | CPUCLOCK_SCHED));
}

/** Returns the CPU time of the calling thread, in nanoseconds: CLOCK_THREAD_CPUTIME_ID, clock_gettime(2). */
export function threadCpuNanos(): number {
  const CLOCK_THREAD_CPUTIME_ID = 3;
  return nanosOf(readClock(CLOCK_THREAD_CPUTIME_ID)) ?? 0;
}

function nanosOf(reading: ClockReading | undefined): number | undefined {
  return reading === undefined ? undefined : reading.seconds * 1e9 + reading.nanos;
}
