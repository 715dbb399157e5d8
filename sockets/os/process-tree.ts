import { readdirSync, readFileSync } from 'node:fs';

/** Returns the pids of a process and its descendants, the process first. Empty when it is gone, and except on Linux. */
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

/** Reports whether a process has an ended child that it has not waited for. Linux only: elsewhere always false. */
export function hasUnreapedChild(pid: number): boolean {
  return entries(`/proc/${pid}/task`)
    .flatMap((thread) => childrenOf(pid, thread))
    .some((child) => processStat(child)[0] === 'Z' && hasEnded(child));
}

/**
 * Returns the fields of /proc/PID/stat from the third on, proc_pid_stat(5): the state comes first. Field 2, the name,
 * is left out, as it may contain spaces and brackets. Empty when there is no such process.
 */
export function processStat(pid: number): string[] {
  const stat = contents(`/proc/${pid}/stat`);
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Returns when a process started, which distinguishes it from a later one with its pid; undefined when it is gone. */
export function startTime(pid: number): string | undefined {
  return processStat(pid)[19];
}

/**
 * Returns the wait status of a zombie (a process that has ended and whose parent has not waited for it), as wait(2)
 * gives it: proc_pid_stat(5), which shows 0 for processes of other users. Undefined when the process runs or is gone.
 */
export function zombieExitStatus(pid: number): number | undefined {
  const fields = processStat(pid);
  return fields[0] === 'Z' ? Number(fields[49]) : undefined;
}

/** Reports whether a process has ended or is a zombie. False while threads other than its first one still run. */
export function hasEnded(pid: number): boolean {
  return ['Z', 'X', undefined].includes(processStat(pid)[0]) && entries(`/proc/${pid}/task`).length <= 1;
}

/** Returns the children that a thread of a process has started: proc_pid_task_tid_children(5). */
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
