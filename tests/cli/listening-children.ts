import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type ProcessId, processTree } from '../servers/process-tree.ts';
import { until } from '../servers/until.ts';

/** Waits until a descendant of the process listens on a TCP port, and returns all that do. */
export async function listeningChildren(parent: number): Promise<ProcessId[]> {
  let children: ProcessId[] = [];
  await until('a server to listen', () => {
    children = processTree(parent).filter((each) => each.pid !== parent && isListening(each.pid));
    return children.length > 0;
  });
  return children;
}

/** Reports whether the process holds a socket that /proc/net/tcp lists in state 0A (LISTEN). */
function isListening(pid: number): boolean {
  const listeners = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .filter((line) => line.includes(' 0A '))
    .map((line) => line.trim().split(/ +/))
    .filter((fields) => fields[3] === '0A')
    .map((fields) => `socket:[${fields[9]}]`);
  return openFiles(pid).some((link) => listeners.includes(link));
}

/** Returns the targets of the process's descriptors, such as `socket:[12345]`; none when it has ended. */
function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
