import { readdirSync, readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { unacknowledged } from '../../sockets/socket.ts';
import { processTree } from '../servers/process-tree.ts';

/** The column `st`: TCP_ESTABLISHED of tcp_states.h. */
const ESTABLISHED = '01';
/** The column `inode` of a socket that no process holds: nobody has accepted it yet, or all have closed it. */
const NO_INODE = '0';

/** Both ends of a connection to a server, and the server. */
export interface Ends {
  readonly clientPort: number;
  readonly serverPid: number;
}

/**
 * Reports whether the server has stopped reading: it has bytes to read, more are queued at the client, and all its
 * threads sleep. This does not depend on time.
 */
export function uploadStands({ clientPort, serverPid }: Ends): boolean {
  // The first look at the threads saves reading the kernel's tables while they run.
  if (!isAsleep(serverPid)) return false;
  const { client, server } = endsOf(clientPort);
  return server.some(({ toRead }) => toRead > 0) && client.some(({ toSend }) => toSend > 0) && isAsleep(serverPid);
}

/**
 * The same over a Unix-domain socket, of which the kernel lists no queues: bytes that the client has sent are unread,
 * more wait in this process, and all threads of the server sleep.
 */
export function localUploadStands(client: Socket, serverPid: number): boolean {
  return client.writableLength > 0 && isAsleep(serverPid) && heldBytes(client) > 0 && isAsleep(serverPid);
}

/**
 * Returns the number of bytes in a client's kernel that the server's kernel has not taken, or over a Unix-domain socket
 * the server.
 */
export function heldBytes(client: Socket): number {
  // Undocumented: the descriptor of a Node socket.
  const { fd } = (client as unknown as { readonly _handle: { readonly fd: number } })._handle;
  return unacknowledged(fd);
}

/**
 * Reports whether the server's sends to a client that doesn't read are blocked: bytes are queued, and all threads
 * sleep.
 */
export function downloadStands({ clientPort, serverPid }: Ends): boolean {
  if (!isAsleep(serverPid)) return false;
  const { client, server } = endsOf(clientPort);
  return client.some(({ toRead }) => toRead > 0) && server.some(({ toSend }) => toSend > 0) && isAsleep(serverPid);
}

/** Reports whether the server has closed its end of a client's connection. Its last bytes may still be on the way. */
export function serverHasClosed(clientPort: number): boolean {
  return !endsOf(clientPort).server.some(({ state }) => state === ESTABLISHED);
}

/**
 * Reports whether no process of the server holds a client's connection any more. The kernel may hold it for minutes: a
 * client that doesn't read may learn nothing of its end, because its full buffers refuse what the server's kernel sends.
 */
export function serverHasDropped(clientPort: number): boolean {
  return endsOf(clientPort).server.every(({ state, inode }) => state !== ESTABLISHED && inode === NO_INODE);
}

/** Returns the number of bytes that the server has sent to a client and that it has not read: in the buffers of both ends. */
export function unreadBytes(clientPort: number): number {
  const { client, server } = endsOf(clientPort);
  const unread = [...client.map(({ toRead }) => toRead), ...server.map(({ toSend }) => toSend)];
  return unread.reduce((sum, bytes) => sum + bytes, 0);
}

/** One end of a connection: its state, the inode of its descriptor, and bytes in its queues. */
interface Connection {
  readonly state: string;
  readonly inode: string;
  readonly toSend: number;
  readonly toRead: number;
}

/** Returns the kernel's TCP sockets at both ends of a client's connection, from proc_net_tcp.txt. */
function endsOf(clientPort: number): Readonly<Record<'client' | 'server', Connection[]>> {
  const suffix = `:${clientPort.toString(16).toUpperCase().padStart(4, '0')}`;
  const ends: Record<'client' | 'server', Connection[]> = { client: [], server: [] };
  // Both: another connection, perhaps one that has ended, may have the same port in the other family.
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of linesWith(`${suffix} `, readFileSync(table, 'latin1'))) {
      const [, local, remote, state = '', queues = '', , , , , inode = ''] = line.trim().split(/\s+/);
      const [toSend = 0, toRead = 0] = queues.split(':').map((bytes) => Number.parseInt(bytes, 16));
      if (local?.endsWith(suffix)) ends.client.push({ state, inode, toSend, toRead });
      if (remote?.endsWith(suffix)) ends.server.push({ state, inode, toSend, toRead });
    }
  }
  return ends;
}

/** Returns the lines of a text that contain a part. There may be thousands of connections that have ended. */
function linesWith(part: string, text: string): string[] {
  const lines: string[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at)) {
    const end = text.indexOf('\n', at);
    lines.push(text.slice(text.lastIndexOf('\n', at) + 1, end));
    at = end;
  }
  return lines;
}

/** Reports whether no thread of a process and its descendants is running or ready to run. */
function isAsleep(root: number): boolean {
  return processTree(root).every(({ pid }) => threadStates(pid).every((state) => state !== 'R'));
}

/** Returns the state of each thread: the letter after the name in parentheses, proc_pid_stat(5). */
function threadStates(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map((thread) => {
      const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1');
      return text.charAt(text.lastIndexOf(')') + 2);
    });
  } catch {
    // A thread or the process has just ended: the next check sees the result.
    return ['R'];
  }
}
