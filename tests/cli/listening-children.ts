import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type ProcessId, processTree } from '../servers/process-tree.ts';
import { until } from '../servers/until.ts';

/** The child processes that listen on a TCP port, once there is one. */
export async function listeningChildren(parent: number): Promise<ProcessId[]> {
  let children: ProcessId[] = [];
  await until('a server to listen', () => {
    children = processTree(parent).filter((each) => each.pid !== parent && isListening(each.pid));
    return children.length > 0;
  });
  return children;
}

/** Holds the process a socket that /proc/net/tcp shows in state 0A, LISTEN? */
function isListening(pid: number): boolean {
  const listeners = readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/ +/))
    .filter((fields) => fields[3] === '0A')
    .map((fields) => `socket:[${fields[9]}]`);
  return openFiles(pid).some((link) => listeners.includes(link));
}

/** What the process's descriptors stand for: `socket:[12345]`. None when it ends meanwhile. */
function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  } catch {
    return [];
  }
}
