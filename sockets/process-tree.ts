import { readdirSync, readFileSync } from 'node:fs';

/** The pids of a process and its descendants, itself first; empty when it is gone. Linux only: elsewhere always empty. */
export function processTree(root: number): number[] {
  const pids: number[] = [];
  const waiting = [root];
  for (let pid = waiting.pop(); pid !== undefined; pid = waiting.pop()) {
    const threads = entries(`/proc/${pid}/task`);
    if (threads.length === 0) continue;
    pids.push(pid);
    for (const thread of threads) {
      const children = contents(`/proc/${pid}/task/${thread}/children`);
      waiting.push(...children.split(' ').filter(Boolean).map(Number));
    }
  }
  return pids;
}

/**
 * The fields of /proc/PID/stat from the third on, proc_pid_stat(5): the state is the first. The name in field 2, which
 * may hold spaces and brackets, is left out. Empty when there is no such process.
 */
export function processStat(pid: number): string[] {
  const stat = contents(`/proc/${pid}/stat`);
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Has a process ended, or does it only wait for its parent to ask after it (a zombie)? */
export function hasEnded(pid: number): boolean {
  return ['Z', 'X', undefined].includes(processStat(pid)[0]);
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
