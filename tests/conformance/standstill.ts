import { readdirSync, readFileSync } from 'node:fs';
import { processTree } from '../servers/process-tree.ts';

/** The column `st`: TCP_ESTABLISHED of tcp_states.h. */
const ESTABLISHED = '01';

/** Both ends of a connection to a server, and the server. */
export interface Ends {
  readonly clientPort: number;
  readonly serverPid: number;
}

/**
 * Has the server stopped reading? There are bytes to read, more are waiting at the client, and all threads of the server
 * sleep: it does not want them. No time is part of it.
 */
export function uploadStands({ clientPort, serverPid }: Ends): boolean {
  return (
    connections(clientPort, 'remote').some(({ toRead }) => toRead > 0) &&
    connections(clientPort, 'local').some(({ toSend }) => toSend > 0) &&
    isAsleep(serverPid)
  );
}

/** Can the server send no more to the client, which doesn't read? All its threads sleep, with bytes that have not left. */
export function downloadStands({ clientPort, serverPid }: Ends): boolean {
  return (
    connections(clientPort, 'local').some(({ toRead }) => toRead > 0) &&
    connections(clientPort, 'remote').some(({ toSend }) => toSend > 0) &&
    isAsleep(serverPid)
  );
}

/** Has the server closed its end of a client's connection, though what it sent may still be on its way? */
export function serverHasClosed(clientPort: number): boolean {
  return !connections(clientPort, 'remote').some(({ state }) => state === ESTABLISHED);
}

/** One end of a connection: its state, and bytes in its queues. */
interface Connection {
  readonly state: string;
  readonly toSend: number;
  readonly toRead: number;
}

/** The kernel's TCP sockets that have a port at this end, local or remote, as proc_net_tcp.txt describes them. */
function connections(port: number, end: 'local' | 'remote'): Connection[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    readFileSync(table, 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, remote]) => (end === 'local' ? local : remote)?.endsWith(suffix))
      .map(([, , , state = '', queues = '']) => {
        const [toSend = 0, toRead = 0] = queues.split(':').map((bytes) => Number.parseInt(bytes, 16));
        return { state, toSend, toRead };
      }),
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
