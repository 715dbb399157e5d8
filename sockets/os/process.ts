import { readFileSync } from 'node:fs';
import { check } from '../errors/errno.ts';
import { libc, outcome, whyNoLibc } from '../libc.ts';
import { NativeMemory } from '../memory/memory.ts';

const PR_SET_PDEATHSIG = 1;
const PR_SET_TIMERSLACK = 29;
const PR_SET_CHILD_SUBREAPER = 36;
const SIGKILL = 9;
const RLIMIT_NOFILE = 7;

/**
 * Asks the kernel to kill this process when its parent dies, even if the parent is SIGKILLed: prctl(2)
 * PR_SET_PDEATHSIG. "Parent" means the thread that started it, so start children from a thread that stays alive.
 * Without libc this does nothing; watch the parent's IPC channel instead.
 * @param parentPid pid of the parent, from the parent itself. If that parent is already gone, this process exits now.
 */
export function dieWithParent(parentPid: number): void {
  if (whyNoLibc() !== undefined) return;
  libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (process.ppid !== parentPid) exitNow(1);
}

/**
 * Makes this process the new parent of descendants whose own parent ends, so that daemons stay in its process tree:
 * prctl(2) PR_SET_CHILD_SUBREAPER. Without libc this does nothing.
 */
export function adoptOrphans(): void {
  if (whyNoLibc() === undefined) libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/**
 * Sets how late the kernel may wake the calling thread from a timed wait, to combine wake-ups: prctl(2)
 * PR_SET_TIMERSLACK. The default is 50,000 ns; the minimum is 1.
 */
export function setTimerSlack(nanos: number): void {
  libc().prctl(PR_SET_TIMERSLACK, nanos, 0, 0, 0);
}

/**
 * Ends the process and all its threads at once, without flushing anything: _exit(2). This includes threads blocked in a
 * system call, for which process.exit() would wait without limit.
 */
export function exitNow(code: number): never {
  if (whyNoLibc() === undefined) libc()._exit(code);
  return process.exit(code);
}

/** The limits on open files of a process. The process may raise the soft limit up to the hard limit. */
export interface OpenFileLimit {
  readonly soft: number;
  readonly hard: number;
}

/** Returns the limit on open files: getrlimit(2) RLIMIT_NOFILE. @throws {SystemError} */
export function openFileLimit(): OpenFileLimit {
  const memory = new NativeMemory(16);
  try {
    check(outcome(libc().getrlimit(RLIMIT_NOFILE, memory.address)), 'getrlimit');
    return { soft: memory.getUint64(0), hard: memory.getUint64(8) };
  } finally {
    memory.free();
  }
}

/**
 * Raises the limit on open files to `files`, as far as the kernel allows: up to the hard limit for any user, up to
 * /proc/sys/fs/nr_open for root. Children started afterwards inherit it.
 * @returns the soft limit now in force, which may be less than `files`. Without libc it changes nothing and returns
 * `files`: Node raises its own limit to the hard one there.
 */
export function raiseOpenFileLimit(files: number): number {
  if (whyNoLibc() !== undefined) return files;
  const { soft, hard } = openFileLimit();
  if (soft >= files) return soft;
  const ceiling = Number(readFileSync('/proc/sys/fs/nr_open', 'utf8'));
  return (
    trySetLimit(Math.min(files, ceiling), Math.max(hard, Math.min(files, ceiling))) ??
    trySetLimit(Math.min(files, hard), hard) ??
    soft
  );
}

function trySetLimit(soft: number, hard: number): number | undefined {
  const memory = new NativeMemory(16);
  try {
    memory.setUint64(0, soft);
    memory.setUint64(8, hard);
    return libc().setrlimit(RLIMIT_NOFILE, memory.address) === 0 ? soft : undefined;
  } finally {
    memory.free();
  }
}
