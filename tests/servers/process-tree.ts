import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { processCpuNanos } from '../../sockets/cpu.ts';

/** A process, told apart from a later one with the same pid by when it started. */
export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

interface Stat extends ProcessId {
  readonly state: string;
  readonly parent: number;
}

/** proc_pid_stat(5), of which the command in parentheses may hold anything. */
function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { pid, state: fields[0] ?? '', parent: Number(fields[1]), startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** A process and all that descend from it. */
export function processTree(root: number): ProcessId[] {
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => statOf(Number(name)))
    .filter((stat) => stat !== undefined);
  const tree = stats.filter(({ pid }) => pid === root);
  // The list grows while it is walked.
  for (const { pid } of tree) tree.push(...stats.filter(({ parent }) => parent === pid));
  return tree;
}

/** Does the process still run? One that only waits for its parent to ask after it (a zombie) doesn't. */
export function isRunning({ pid, startTime }: ProcessId): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X';
}

/** Does a process's first thread wait for something? One that is ready to run doesn't, whether it runs or not. */
export function isAsleep({ pid, startTime }: ProcessId): boolean {
  const stat = statOf(pid);
  return stat?.startTime === startTime && stat.state === 'S';
}

/**
 * Does everything in a process and its descendants wait, so that nothing will happen unless something comes from outside?
 * Holds when each of two looks finds all threads asleep, and none has had the CPU in between: then all slept when the first
 * look ended. A thread that is ready to run doesn't sleep, however long it gets no CPU.
 */
export function isAtRest(root: number): boolean {
  const before = sleepers(root);
  return before !== undefined && before === sleepers(root);
}

/** All threads with the CPU time that each has had, proc_pid_schedstat(5); undefined when one doesn't sleep. */
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

/** What a server and its children hold: it must all come back when clients have gone. */
export interface Holdings {
  readonly processes: number;
  readonly threads: number;
  readonly files: number;
  /** Of the files, the sockets: but for stdin, stdout and stderr, which a test's processes inherit, be they sockets or not. */
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

/** Resident memory of a process and its descendants, in bytes; pages they share are counted for each. */
export function residentBytes(root: number): number {
  return processTree(root).reduce((sum, { pid }) => {
    try {
      return sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1024;
    } catch {
      return sum;
    }
  }, 0);
}

/** Do a process and its descendants rest? Looks for 100 ms; a thread that spins would take most of that. */
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
