import { readFileSync } from 'node:fs';
import { check } from './errno.ts';
import { libc, outcome, whyNoLibc } from './libc.ts';
import { NativeMemory } from './memory.ts';

const PR_SET_PDEATHSIG = 1;
const PR_SET_TIMERSLACK = 29;
const PR_SET_CHILD_SUBREAPER = 36;
const SIGKILL = 9;
const RLIMIT_NOFILE = 7;

/**
 * Asks the kernel to kill this process when its parent dies, also when the parent is SIGKILLed: prctl(2)
 * PR_SET_PDEATHSIG. "Parent" means the thread that started it, so start children from a thread that stays.
 * Without libc this does nothing: there, watch the parent's IPC channel instead.
 * @param parentPid as the parent told it; when that parent is gone already, this process ends at once.
 */
export function dieWithParent(parentPid: number): void {
  if (whyNoLibc() !== undefined) return;
  libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (process.ppid !== parentPid) exitNow(1);
}

/**
 * Makes this process the parent of descendants whose own parent ends, so that those which detach themselves (daemons)
 * stay in its tree: prctl(2) PR_SET_CHILD_SUBREAPER. Without libc this does nothing.
 */
export function adoptOrphans(): void {
  if (whyNoLibc() === undefined) libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

/**
 * How late the kernel may wake the calling thread from a timed wait, to wake several at once: prctl(2)
 * PR_SET_TIMERSLACK. The default is 50,000 ns; 1 is the least.
 */
export function setTimerSlack(nanos: number): void {
  libc().prctl(PR_SET_TIMERSLACK, nanos, 0, 0, 0);
}

/**
 * _exit(2): ends the process at once, all its threads with it, also those blocked in a system call, for which
 * process.exit() would wait for ever. Nothing is flushed.
 */
export function exitNow(code: number): never {
  if (whyNoLibc() === undefined) libc()._exit(code);
  return process.exit(code);
}

/** How many files a process may open, and how far it may raise that itself. */
export interface OpenFileLimit {
  readonly soft: number;
  readonly hard: number;
}

/** getrlimit(2) RLIMIT_NOFILE. */
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
 * Raises the limit on open files to `files` where the kernel allows it: up to the hard limit for anyone, up to
 * /proc/sys/fs/nr_open for root. Children started afterwards inherit it.
 * @returns the soft limit now in force: less than `files` when it could not be raised that far. Without libc nothing
 * is done and `files` returned: Node raises its own limit to the hard one there.
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
