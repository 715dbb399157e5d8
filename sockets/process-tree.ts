import { readdirSync, readFileSync } from 'node:fs';

/** The pids of a process and its descendants, itself first; empty when it is gone. Linux only: elsewhere always empty. */
export function processTree(root: number): number[] {
  const pids: number[] = [];
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const threads = entries(`/proc/${pid}/task`);
    if (threads.length === 0) continue;
    pids.push(pid);
    for (const thread of threads) waiting.push(...childrenOf(pid, thread));
  }
  return pids;
}

/** Has a child of this process ended that it has not waited for yet? Linux only: elsewhere never. */
export function hasUnreapedChild(pid: number): boolean {
  return entries(`/proc/${pid}/task`)
    .flatMap((thread) => childrenOf(pid, thread))
    .some((child) => processStat(child)[0] === 'Z' && hasEnded(child));
}

/**
 * The fields of /proc/PID/stat from the third on, proc_pid_stat(5): the state is the first. The name in field 2, which
 * may hold spaces and brackets, is left out. Empty when there is no such process.
 */
export function processStat(pid: number): string[] {
  const stat = contents(`/proc/${pid}/stat`);
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** When a process was started, which distinguishes it from a later one with the same pid; undefined when it is gone. */
export function startTime(pid: number): string | undefined {
  return processStat(pid)[19];
}

/**
 * How a process ended whose parent has not waited for it (a zombie), as wait(2) gives it: proc_pid_stat(5), which shows 0
 * of another user's. Undefined when it runs or is gone.
 */
export function zombieExitStatus(pid: number): number | undefined {
  const fields = processStat(pid);
  return fields[0] === 'Z' ? Number(fields[49]) : undefined;
}

/**
 * Has a process ended, or does it only wait for its parent to ask after it (a zombie)? Not while other threads than its
 * first one go on.
 */
export function hasEnded(pid: number): boolean {
  return ['Z', 'X', undefined].includes(processStat(pid)[0]) && entries(`/proc/${pid}/task`).length <= 1;
}

/** The children that a thread of a process has started: proc_pid_task_tid_children(5). */
function childrenOf(pid: number, thread: string): number[] {
  return contents(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number);
}

function contents(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
