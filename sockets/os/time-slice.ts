import { libc } from '../libc.ts';
import { ThreadMemory } from '../memory/thread-memory.ts';

// System call numbers: arch/x86/entry/syscalls/syscall_64.tbl, and include/uapi/asm-generic/unistd.h for arm64.
const [SYS_SCHED_SETATTR, SYS_SCHED_GETATTR] = process.arch === 'x64' ? [314, 315] : [274, 275];

// struct sched_attr, include/uapi/linux/sched/types.h: its first version, and where sched_runtime is.
const SIZE = 48;
const RUNTIME = 24;

const attributes = new ThreadMemory(SIZE);

/**
 * Sets how long the calling thread may run before others get their turn: sched_setattr(2), Linux 6.12. The shorter, the
 * sooner it runs after it was woken; its share of the CPU stays the same. Earlier kernels ignore it.
 * @param nanos from 100,000 to 100,000,000; 0: the kernel's default.
 */
export function setTimeSlice(nanos: number): void {
  const { memory } = attributes;
  if (libc().syscall(SYS_SCHED_GETATTR, 0, memory.address, SIZE, 0, 0, 0) !== 0) return;
  memory.setUint64(RUNTIME, nanos);
  libc().syscall(SYS_SCHED_SETATTR, 0, memory.address, 0, 0, 0, 0);
}
