/**
 * Preloaded into a server. On SIGUSR2 it breaks the server's own sockets under its loops, and reports {broken: N} over
 * IPC. SOCKET_FAULT selects how: `shutdown` shuts them down, `replace` puts a file in their place, as a stray dup2(2)
 * would.
 */
import { openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Listening sockets, and unconnected UDP sockets: states of proc_net_tcp(5). */
const STATES = { tcp: '0A', udp: '07' };
const SHUT_RDWR = 2;

function ownSockets() {
  const inodes = Object.entries(STATES).flatMap(([table, state]) =>
    readFileSync(`/proc/net/${table}`, 'latin1')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === state)
      .map((fields) => fields[9]),
  );
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return inodes.includes(/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1]);
    } catch {
      return false;
    }
  });
}

async function breakSockets() {
  const { default: koffi } = await import('koffi');
  const libc = koffi.load(null);
  const [dup, dup2] = [libc.func('int dup(int)'), libc.func('int dup2(int, int)')];
  const shutdown = libc.func('int shutdown(int, int)');
  const sockets = ownSockets().map(Number);
  for (const fd of sockets) {
    if (process.env.SOCKET_FAULT === 'shutdown') {
      shutdown(fd, SHUT_RDWR);
      continue;
    }
    // The socket stays open: an epoll set still reports it, under the number that now means a file.
    dup(fd);
    dup2(openSync('/dev/zero'), fd);
  }
  process.send({ broken: sockets.length });
}

if (isMainThread && process.env.SOCKET_FAULT !== undefined) process.on('SIGUSR2', () => void breakSockets());
