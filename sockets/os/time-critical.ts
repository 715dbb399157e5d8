import { libc } from '../libc.ts';
import { ThreadMemory } from '../memory/thread-memory.ts';

// System call numbers: arch/x86/entry/syscalls/syscall_64.tbl, and include/uapi/asm-generic/unistd.h for arm64.
const [SYS_SCHED_SETATTR, SYS_SCHED_GETATTR] = process.arch === 'x64' ? [314, 315] : [274, 275];

// struct sched_attr, include/uapi/linux/sched/types.h: its first version. Two fields are the n-th of four bytes, one is at a byte.
const SIZE = 48;
const POLICY = 1;
const PRIORITY = 5;
const RUNTIME = 24;

const SCHED_OTHER = 0;
const SCHED_RR = 2;

/** The shortest time slice that there is. */
const SLICE_NANOS = 100_000;

/** Of the calling thread, while it is time-critical. */
const attributes = new ThreadMemory(SIZE);
let isTimeCritical = false;

/**
 * Lets the calling thread run as soon as it is woken, also when the machine is busy, until {@link endTimeCritical}: at the
 * lowest real-time priority, which takes the CPU from usual threads, so call it for a moment only. Where that is not allowed
 * (sched(7): CAP_SYS_NICE or RLIMIT_RTPRIO), with the shortest time slice (sched_setattr(2), Linux 6.12), which the kernel
 * prefers, too. A thread that does not have the usual priority keeps its own.
 */
export function beginTimeCritical(): void {
  const { memory } = attributes;
  if (isTimeCritical || libc().syscall(SYS_SCHED_GETATTR, 0, memory.address, SIZE, 0, 0, 0) !== 0) return;
  if (memory.uint32[POLICY] !== SCHED_OTHER) return;
  isTimeCritical = true;
  if (!set(SCHED_RR, 1, 0)) set(SCHED_OTHER, 0, SLICE_NANOS);
}

/** Lets the calling thread run as others do. */
export function endTimeCritical(): void {
  if (!isTimeCritical) return;
  isTimeCritical = false;
  set(SCHED_OTHER, 0, 0);
}

/** @param runtime time slice in nanoseconds; 0: the kernel's default. @returns whether it was allowed. */
function set(policy: number, priority: number, runtime: number): boolean {
  const { memory } = attributes;
  memory.uint32[POLICY] = policy;
  memory.uint32[PRIORITY] = priority;
  memory.setUint64(RUNTIME, runtime);
  return libc().syscall(SYS_SCHED_SETATTR, 0, memory.address, 0, 0, 0, 0) === 0;
}
