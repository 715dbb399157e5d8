import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processCpuNanos } from '../../sockets/os/cpu.ts';
import { processTree as pidsOf } from '../../sockets/os/process-tree.ts';

/** A process. Its start time distinguishes it from a later one with the same pid. */
export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

interface Stat extends ProcessId {
  readonly state: string;
}

/** Reads proc_pid_stat(5), in which the command in parentheses may contain any text. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** Returns a process and all its descendants. */
export function processTree(root: number): ProcessId[] {
  return pidsOf(root)
    .map(statOf)
    .filter((stat) => stat !== undefined);
}

/** Reports whether the process still runs. A zombie doesn't. */
export function isRunning({ pid, startTime }: ProcessId): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X';
}

/** Reports whether the first thread of a process sleeps. A thread that is ready to run doesn't. */
export function isAsleep({ pid, startTime }: ProcessId): boolean {
  const stat = statOf(pid);
  return stat?.startTime === startTime && stat.state === 'S';
}

/**
 * Reports whether a process and all its descendants wait, so that nothing happens without input from outside. It
 * checks twice. Both checks must find all threads asleep, with unchanged CPU times: then all slept when the first check
 * ended. A thread that is ready to run does not sleep, even if it gets no CPU for long.
 */
export function isAtRest(root: number): boolean {
  const before = sleepers(root);
  return before !== undefined && before === sleepers(root);
}

/** Returns all threads with the CPU time of each, proc_pid_schedstat(5); undefined when one doesn't sleep. */
function sleepers(root: number): string | undefined {
  const lines: string[] = [];
  try {
    for (const { pid } of processTree(root)) {
      for (const tid of readdirSync(`/proc/${pid}/task`)) {
        const stat = readFileSync(`/proc/${pid}/task/${tid}/stat`, 'latin1');
        if (stat[stat.lastIndexOf(')') + 2] !== 'S') return undefined;
        lines.push(`${tid} ${readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'latin1').split(' ')[0]}`);
      }
    }
  } catch {
    // One has just ended.
    return undefined;
  }
  return lines.join('\n');
}

/** The resources of a server and its children, all of which must be released when clients have gone. */
export interface Holdings {
  readonly processes: number;
  readonly threads: number;
  readonly files: number;
  /** Number of sockets among the files, without stdin, stdout and stderr, which may be inherited sockets. */
  readonly sockets: number;
}

export function holdings(root: number): Holdings {
  const tree = processTree(root);
  return {
    processes: tree.length,
    threads: tree.reduce((sum, { pid }) => sum + entries(`/proc/${pid}/task`), 0),
    files: tree.reduce((sum, { pid }) => sum + entries(`/proc/${pid}/fd`), 0),
    sockets: tree.reduce((sum, { pid }) => sum + sockets(pid), 0),
  };
}

/** Returns the resident memory of a process and its descendants, in bytes. Shared pages count for each of them. */
export function residentBytes(root: number): number {
  return processTree(root).reduce((sum, { pid }) => {
    try {
      return sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
    } catch {
      return sum;
    }
  }, 0);
}

/** Reports whether a process and its descendants are idle: in 100 ms they use less than 20 ms of CPU. */
export async function isIdle(root: number): Promise<boolean> {
  const before = cpuNanos(root);
  await sleep(100);
  return cpuNanos(root) - before < 20e6;
}

function cpuNanos(root: number): number {
  return processTree(root).reduce((sum, { pid }) => sum + (processCpuNanos(pid) ?? 0), 0);
}

const STDERR = 2;

function sockets(pid: number): number {
  try {
    const files = readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) > STDERR);
    return files.filter((fd) => isSocket(`/proc/${pid}/fd/${fd}`)).length;
  } catch {
    return 0;
  }
}

function isSocket(file: string): boolean {
  try {
    return readlinkSync(file).startsWith('socket:');
  } catch {
    // Closed meanwhile.
    return false;
  }
}

function entries(directory: string): number {
  try {
    return readdirSync(directory).length;
  } catch {
    return 0;
  }
}
