import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Transport } from '../../sockets/socket.ts';

/** An unconnected socket, as the kernel lists it: proc_net_tcp(5). */
export interface ServerSocket {
  readonly inode: string;
  /** Connections in the accept queue; for UDP, bytes in the receive queue. */
  readonly waiting: number;
}

// States as /proc/net shows them: include/net/tcp_states.h. An unconnected UDP socket shows TCP_CLOSE.
const STATES: Readonly<Record<Transport, string>> = { tcp: '0A', udp: '07' };

/** Returns the sockets on a port of 127.0.0.1 that accept connections, or receive datagrams of any sender. */
export function serverSockets(transport: Transport, port: number): ServerSocket[] {
  const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync(`/proc/net/${transport}`, 'latin1').trimEnd().split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, local, , state, queues = '', , , , , inode = ''] = line.trim().split(/\s+/);
    const [, receive = ''] = queues.split(':');
    return local === address && state === STATES[transport] ? [{ inode, waiting: Number.parseInt(receive, 16) }] : [];
  });
}

/** Returns the socket inodes in each epoll(7) set of a process. */
export function epollSets(pid: number): string[][] {
  const links = new Map(readdirSync(`/proc/${pid}/fd`).map((fd) => [fd, linkOf(`/proc/${pid}/fd/${fd}`)]));
  return [...links].flatMap(([fd, link]) => {
    if (link !== 'anon_inode:[eventpoll]') return [];
    const watched = [...readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1').matchAll(/^tfd:\s+(\d+)/gm)];
    return [watched.flatMap(([, watchedFd = '']) => /^socket:\[(\d+)\]$/.exec(links.get(watchedFd) ?? '')?.[1] ?? [])];
  });
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
