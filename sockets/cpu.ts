import { type ClockReading, readClock } from './clock.ts';
import { check } from './errno.ts';
import { libc, outcome } from './libc.ts';
import { ThreadMemory } from './thread-memory.ts';

// cpu_set_t holds 1024 CPUs, CPU_SET(3).
const MAX_CPUS = 1024;

const cpuSet = new ThreadMemory(MAX_CPUS / 8);

/**
 * sched_setaffinity(2): which CPUs a thread may run on. Children and threads made later inherit it.
 * @param pid a thread's id; 0 is the calling thread.
 * @throws {SystemError} EINVAL when none of `cpus` exists here.
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

/** sched_getaffinity(2): the CPUs a thread may run on, in ascending order. @throws {SystemError} ESRCH */
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
 * Does something, such as starting a process, while the calling thread is bound to some CPUs: children inherit that.
 * @param cpus none: leaves the thread as it is.
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

/**
 * CPU time that a process has used, in nanoseconds: all its threads, also those that have ended; no children.
 * The clock is the one that clock_getcpuclockid(3) gives; finer than the 10 ms ticks of /proc/PID/stat.
 * @returns undefined when there is no such process.
 */
export function processCpuNanos(pid: number): number | undefined {
  const CPUCLOCK_SCHED = 2;
  return nanosOf(readClock((~pid << 3) | CPUCLOCK_SCHED));
}

/** CPU time of the calling thread, in nanoseconds: CLOCK_THREAD_CPUTIME_ID, clock_gettime(2). */
export function threadCpuNanos(): number {
  const CLOCK_THREAD_CPUTIME_ID = 3;
  return nanosOf(readClock(CLOCK_THREAD_CPUTIME_ID)) ?? 0;
}

function nanosOf(reading: ClockReading | undefined): number | undefined {
  return reading === undefined ? undefined : reading.seconds * 1e9 + reading.nanos;
}
