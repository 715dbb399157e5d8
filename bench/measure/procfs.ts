import { readdirSync, readFileSync } from 'node:fs';
import { processCpuNanos } from '../../sockets/os/cpu.ts';
import { hasEnded, processStat } from '../../sockets/os/process-tree.ts';

/** What the processes of a server have used up to one moment, and what they consist of then. */
export interface TreeUsage {
  /** CPU time of all processes, including ended threads and ended children (the latter in steps of 10 ms). */
  readonly cpuNanos: number;
  readonly threads: number;
  readonly processes: number;
  /** Voluntary and involuntary switches of the threads that are alive. */
  readonly contextSwitches: number;
}

export interface TreeMemory {
  /** Sum of each process's largest resident set. Shared memory counts once for each process. */
  readonly peakRssBytes: number;
  /**
   * Proportional set size, in which shared memory counts once, plus the amount by which resident sets are below their
   * peaks. The kernel keeps no peak of the proportional size itself.
   */
  readonly peakPssBytes: number;
}

// USER_HZ is fixed at 100 in the kernel's interface to user space: proc_pid_stat(5).
const NANOS_PER_TICK = 1e7;
const BYTES_PER_KIB = 1024;

/**
 * Returns what processes have used. Pass a whole process tree, so that nothing is missed. Processes that end meanwhile
 * are left out.
 */
export function treeUsage(pids: readonly number[]): TreeUsage {
  let cpuNanos = 0;
  let threads = 0;
  let contextSwitches = 0;
  for (const pid of pids) {
    cpuNanos += (processCpuNanos(pid) ?? 0) + endedChildrenNanos(pid);
    const tasks = list(`/proc/${pid}/task`);
    threads += tasks.length;
    for (const task of tasks) contextSwitches += switches(read(`/proc/${pid}/task/${task}/status`));
  }
  // A zombie still reports its CPU time, but is not counted as a process.
  return { cpuNanos, threads, processes: pids.filter((pid) => !hasEnded(pid)).length, contextSwitches };
}

/** Returns the CPU time of each living thread of processes, in nanoseconds, by thread id: proc_pid_schedstat(5). */
export function threadNanos(pids: readonly number[]): Map<number, number> {
  const nanos = new Map<number, number>();
  for (const pid of pids) {
    for (const task of list(`/proc/${pid}/task`)) {
      const [used = ''] = read(`/proc/${pid}/task/${task}/schedstat`).split(' ');
      if (used !== '') nanos.set(Number(task), Number(used));
    }
  }
  return nanos;
}

/**
 * Returns the proportional set size of processes, in bytes: shared pages count once. Takes about 1 ms for each process.
 */
export function treePssBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + proportionalKib(pid), 0) * BYTES_PER_KIB;
}

/** Returns the peak memory of processes. Takes about 1 ms for each process. */
export function treeMemory(pids: readonly number[]): TreeMemory {
  let peakRssBytes = 0;
  let peakPssBytes = 0;
  for (const pid of pids) {
    const status = read(`/proc/${pid}/status`);
    const peak = kibibytes(status, 'VmHWM');
    const resident = kibibytes(status, 'VmRSS');
    const proportional = proportionalKib(pid) || resident;
    peakRssBytes += peak * BYTES_PER_KIB;
    peakPssBytes += (proportional + Math.max(0, peak - resident)) * BYTES_PER_KIB;
  }
  return { peakRssBytes, peakPssBytes };
}

/** Returns 0 where the kernel does not report it (before Linux 4.14), and when the process has ended. */
function proportionalKib(pid: number): number {
  return kibibytes(read(`/proc/${pid}/smaps_rollup`), 'Pss');
}

/** Reads fields 16 and 17 of proc_pid_stat(5), cutime and cstime. */
function endedChildrenNanos(pid: number): number {
  const fields = processStat(pid);
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * NANOS_PER_TICK;
}

function switches(status: string): number {
  let sum = 0;
  for (const [, count] of status.matchAll(/ctxt_switches:\s+(\d+)/g)) sum += Number(count);
  return sum;
}

function kibibytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function list(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
