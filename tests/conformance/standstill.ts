import { readdirSync, readFileSync } from 'node:fs';
import { processTree } from '../servers/process-tree.ts';

/** The column `tr` of /proc/net/tcp: a timer that probes a window that the other end has closed (proc_net_tcp.txt). */
const PROBING = '04:';
/** The column `st`: TCP_ESTABLISHED of tcp_states.h. */
const ESTABLISHED = '01';

/** Both ends of a connection to a server, and the server. */
export interface Ends {
  readonly clientPort: number;
  readonly serverPid: number;
}

/**
 * Does nothing move any more from the client to the server? The client's kernel has bytes to send, for which the
 * server's has no room, and all threads of the server sleep: it does not want them. No time is part of it.
 */
export function uploadStands({ clientPort, serverPid }: Ends): boolean {
  return probes(clientPort, 'local') && isAsleep(serverPid);
}

/** Does nothing move any more from the server to the client, which doesn't read? */
export function downloadStands({ clientPort, serverPid }: Ends): boolean {
  return probes(clientPort, 'remote') && isAsleep(serverPid);
}

/** Has the server closed its end of a client's connection, though what it sent may still be on its way? */
export function serverHasClosed(clientPort: number): boolean {
  return !connections(clientPort, 'remote').some(({ state }) => state === ESTABLISHED);
}

function probes(port: number, end: 'local' | 'remote'): boolean {
  return connections(port, end).some(({ timer }) => timer.startsWith(PROBING));
}

/** The kernel's TCP sockets that have a port at this end, local or remote, as proc_net_tcp.txt describes them. */
function connections(port: number, end: 'local' | 'remote'): { state: string; timer: string }[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    readFileSync(table, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, remote]) => (end === 'local' ? local : remote)?.endsWith(suffix))
      .map(([, , , state = '', , timer = '']) => ({ state, timer })),
  );
}

/** Do all threads of a process and its descendants wait for something? */
function isAsleep(root: number): boolean {
  return processTree(root).every(({ pid }) => threadStates(pid).every((state) => state !== 'R'));
}

/** proc_pid_stat(5): the letter after the name in parentheses, of each thread. */
function threadStates(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
      return text.charAt(text.lastIndexOf(')') + 2);
    });
  } catch {
    // A thread or the process has just ended: the next look finds out how.
    return ['R'];
  }
}
