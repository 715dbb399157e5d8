import { libc, whyNoLibc } from '../libc.ts';
import { NativeMemory } from '../memory/memory.ts';

// System call number, the same on x86-64 and arm64: include/uapi/asm-generic/unistd.h.
const SYS_PIDFD_OPEN = 434;

// include/uapi/linux/pidfd.h: _IOWR(0xFF, 11, struct pidfd_info), whose first version has 64 bytes.
const PIDFD_GET_INFO = 0xc040_ff0b;
const PIDFD_INFO_EXIT = 8;
const INFO_SIZE = 64;
const EXIT_CODE = 60;

/**
 * Opens a descriptor of a process: pidfd_open(2), Linux 5.3. Close it with close(2).
 * @returns the descriptor, or a negative number.
 */
export function openPidfd(pid: number): number {
  return whyNoLibc() === undefined ? libc().syscall(SYS_PIDFD_OPEN, pid, 0, 0, 0, 0, 0) : -1;
}

/**
 * Returns the wait status of an ended process, as wait(2) gives it, even if another process was its parent and has
 * already waited for it: PIDFD_GET_INFO, ioctl_pidfd(2), Linux 6.15.
 * @returns undefined while the process runs or has not been waited for, and on kernels without this call.
 */
export function pidfdExitStatus(fd: number): number | undefined {
  if (fd < 0) return undefined;
  const memory = new NativeMemory(INFO_SIZE);
  try {
    memory.setUint64(0, PIDFD_INFO_EXIT);
    if (libc().ioctl(fd, PIDFD_GET_INFO, memory.address) < 0) return undefined;
    // The kernel clears the bits of fields that it has not filled in.
    const known = (memory.getUint64(0) & PIDFD_INFO_EXIT) !== 0;
    return known ? memory.int32[EXIT_CODE / 4] : undefined;
  } finally {
    memory.free();
  }
}
