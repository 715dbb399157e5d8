import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { HostMessage, HostSpec } from '../../servers/spawning/host-messages.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { DatagramClient } from '../conformance/datagram-client.ts';
import { isRunning, processTree } from './process-tree.ts';
import { hostPath } from './server-process.ts';
import { soon } from './until.ts';

const preload = new URL('./break-sockets.mjs', import.meta.url).href;

type Fault = 'shutdown' | 'replace';

/**
 * Starts a server, breaks its sockets, connects a client, and waits for the server's end.
 * @returns its exit code and stderr.
 */
async function broken(model: ModelName, transport: 'tcp' | 'udp', fault: Fault) {
  const place = { host: '127.0.0.1', port: 0 };
  const spec: HostSpec = { model, transport, app: 'echo', poolThreads: 4, ...place, parentPid: process.pid };
  const child = spawn(process.execPath, ['--import', preload, hostPath, JSON.stringify(spec)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, SOCKET_FAULT: fault },
  });
  const tree = () => (child.pid === undefined ? [] : processTree(child.pid));
  let descendants = tree();
  onTestFinished(() => {
    for (const each of [...tree(), ...descendants]) if (isRunning(each)) process.kill(each.pid, 'SIGKILL');
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close');
  const [ready] = (await soon('the server to be ready', once(child, 'message'))) as [HostMessage];
  if (ready.kind !== 'ready') throw new Error(`the server is not ready: ${JSON.stringify(ready)}`);
  descendants = tree();
  const reported = once(child, 'message');
  child.kill('SIGUSR2');
  const news = await soon('the sockets to be broken', Promise.race([reported, ended]));
  if (typeof news[0] === 'object') expect(news[0].broken, 'sockets that were broken').toBeGreaterThan(0);
  const leave = await come(ready.address, transport);
  const [code] = (await soon('the server to end', ended)) as [number | null];
  leave();
  return { code, stderr };
}

/** Wakes the loops with a client. @returns a function that closes the client. */
async function come(address: SocketAddress, transport: 'tcp' | 'udp'): Promise<() => void> {
  if (transport === 'udp') {
    const client = await DatagramClient.connect(address);
    await client.send(Buffer.from('hello'));
    return () => client.close();
  }
  const client = connect({ ...address }, () => client.end());
  client.on('error', () => undefined);
  return () => client.destroy();
}

const SHUT_DOWN = /accept4: invalid argument \(EINVAL\)/;
const REPLACED = /(accept4|recvfrom|recvmmsg|recvmsg|sendto|sendmmsg): socket operation on non-socket \(ENOTSOCK\)/;

// Node's own listeners are libuv's, which aborts without a socket.
const cases = [
  ['iterative', 'tcp', 'shutdown', SHUT_DOWN],
  ['prethreaded', 'tcp', 'replace', REPLACED],
  ['thread-per-connection', 'tcp', 'shutdown', SHUT_DOWN],
  ['process-per-connection', 'tcp', 'replace', REPLACED],
  ['nonblocking', 'tcp', 'replace', REPLACED],
  ['epoll', 'tcp', 'shutdown', SHUT_DOWN],
  ['epoll', 'tcp', 'replace', REPLACED],
  ['multi-reactor', 'tcp', 'replace', REPLACED],
  // The ring holds the listener itself, so a new meaning of its number has no effect.
  ['io-uring', 'tcp', 'shutdown', SHUT_DOWN],
  ['iterative', 'udp', 'replace', REPLACED],
  ['thread-per-connection', 'udp', 'replace', REPLACED],
  ['nonblocking', 'udp', 'replace', REPLACED],
  ['epoll', 'udp', 'replace', REPLACED],
  ['io-uring', 'udp', 'replace', REPLACED],
  ['event-driven', 'udp', 'replace', REPLACED],
] as const;

describe('a server whose socket is broken exits and reports the reason', () => {
  for (const [model, transport, fault, reason] of cases) {
    test.skipIf(whyUnavailable(model))(`${model} over ${transport}: ${fault}`, async () => {
      const { code, stderr } = await broken(model, transport, fault);
      expect(stderr).toMatch(reason);
      expect(code).toBe(1);
    });
  }
});
