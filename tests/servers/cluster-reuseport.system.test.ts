import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { ServerProcess } from './server-process.ts';

/** On two CPUs, the probability that a given process gets none of them is 2^-64. */
const CLIENTS = 64;
const LISTEN = '0A';

/** Returns the inodes of the sockets that listen on a TCP port: /proc/net/tcp, proc_net_tcp(5). */
function listeners(port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readFileSync('/proc/net/tcp', 'latin1')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTEN)
    .map((fields) => fields[9] ?? '');
}

function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
    return inode ?? [];
  });
}

test.skipIf(whyUnavailable('cluster-reuseport'))(
  'each process has its own listener, and the kernel distributes connections to all of them',
  async () => {
    const server = await ServerProcess.start({ model: 'cluster-reuseport', transport: 'tcp' });
    onTestFinished(() => server.kill());
    const workers = server.tree().filter(({ pid }) => pid !== server.pid);
    expect(workers).toHaveLength(availableParallelism());
    const listening = listeners(server.port);
    expect(listening).toHaveLength(workers.length);
    const before = workers.map(({ pid }) => socketsOf(pid));
    for (const sockets of before) expect(sockets.filter((inode) => listening.includes(inode))).toHaveLength(1);
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => StreamClient.connect(server.address)));
    onTestFinished(() => {
      for (const client of clients) client.socket.destroy();
    });
    for (const client of clients) {
      client.write(Buffer.from('hello'));
      expect(await client.read(5)).toEqual(Buffer.from('hello'));
    }
    const served = workers.map(({ pid }, i) => socketsOf(pid).length - (before[i]?.length ?? 0));
    expect(Math.min(...served), `connections of each: ${served}`).toBeGreaterThan(0);
    expect(served.reduce((sum, connections) => sum + connections)).toBe(CLIENTS);
  },
);
