import { readdirSync, readFileSync } from 'node:fs';
import { processCpuNanos } from '../../sockets/cpu.ts';

/** What a process and all its descendants have used up to a moment, and hold at it. */
export interface TreeUsage {
  /** CPU time of all processes, also of threads and of children that have ended (those in steps of 10 ms). */
  readonly cpuNanos: number;
  readonly threads: number;
  readonly processes: number;
  /** Voluntary and involuntary, of the threads that are alive. */
  readonly contextSwitches: number;
}

export interface TreeMemory {
  /** Sum of each process's largest resident set: memory that processes share counts once for each. */
  readonly peakRssBytes: number;
  /**
   * Proportional set size, in which shared memory counts once, and what the resident sets have fallen from their
   * peaks. The kernel keeps no peak of the proportional size itself.
   */
  readonly peakPssBytes: number;
}

// USER_HZ, fixed at 100 in the kernel's interface to user space: proc_pid_stat(5).
const NANOS_PER_TICK = 1e7;
const BYTES_PER_KIB = 1024;

/** The pids of a process and its descendants; empty when it is gone. Linux only. */
export function processTree(root: number): number[] {
  const pids: number[] = [];
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const threads = list(`/proc/${pid}/task`);
    if (threads.length === 0) continue;
    pids.push(pid);
    for (const thread of threads) {
      const children = read(`/proc/${pid}/task/${thread}/children`);
      waiting.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return pids;
}

/** What a tree of processes has used. Processes that end meanwhile are left out. */
export function treeUsage(root: number): TreeUsage {
  const pids = processTree(root);
  let cpuNanos = 0;
  let threads = 0;
  let contextSwitches = 0;
  for (const pid of pids) {
    cpuNanos += (processCpuNanos(pid) ?? 0) + endedChildrenNanos(pid);
    const tasks = list(`/proc/${pid}/task`);
    threads += tasks.length;
    for (const task of tasks) contextSwitches += switches(read(`/proc/${pid}/task/${task}/status`));
  }
  return { cpuNanos, threads, processes: pids.length, contextSwitches };
}

/** Proportional set size of a tree of processes, in bytes: shared pages count once. Takes about 1 ms a process. */
export function treePssBytes(root: number): number {
  return processTree(root).reduce((sum, pid) => sum + proportionalKib(pid), 0) * BYTES_PER_KIB;
}

/** What memory a tree of processes holds, and held at most. Takes about 1 ms a process. */
export function treeMemory(root: number): TreeMemory {
  let peakRssBytes = 0;
  let peakPssBytes = 0;
  for (const pid of processTree(root)) {
    const status = read(`/proc/${pid}/status`);
    const peak = kibibytes(status, 'VmHWM');
    const resident = kibibytes(status, 'VmRSS');
    const proportional = proportionalKib(pid) || resident;
    peakRssBytes += peak * BYTES_PER_KIB;
    peakPssBytes += (proportional + Math.max(0, peak - resident)) * BYTES_PER_KIB;
  }
  return { peakRssBytes, peakPssBytes };
}

/** 0 where the kernel doesn't tell (before Linux 4.14), or the process has ended. */
function proportionalKib(pid: number): number {
  return kibibytes(read(`/proc/${pid}/smaps_rollup`), 'Pss');
}

/** Fields 16 and 17 of proc_pid_stat(5), cutime and cstime; the name in field 2 may hold spaces and brackets. */
function endedChildrenNanos(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
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
