import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type AppName, needsRoom } from '../../servers/apps/app-catalog.ts';
import type { ClientWorker } from '../../servers/blocking/client-workers.ts';
import type { ServerSpec } from '../../servers/contract.ts';
import { openRoom } from '../../servers/rooms/descriptor-room.ts';
import { check } from '../../sockets/errors/errno.ts';
import {
  accept,
  close,
  connect,
  localAddress,
  MSG_DONTWAIT,
  openServer,
  recv,
  SHUT_WR,
  send,
  setReceiveTimeout,
  shutdown,
  socket,
} from '../../sockets/socket.ts';
import { closing, listening, loopback, memory, noLibc } from '../sockets/open.ts';
import { holdings, isRunning, type ProcessId, processTree } from './process-tree.ts';
import { soon, until } from './until.ts';

// From dist, because they start threads and processes.
const built = (name: string) => import(new URL(`../../dist/servers/${name}.js`, import.meta.url).href);
const { ClientThread } = (await built(
  'blocking/client-thread',
)) as typeof import('../../servers/blocking/client-thread.ts');
const { ClientProcess } = (await built(
  'blocking/client-process',
)) as typeof import('../../servers/blocking/client-process.ts');
const { WorkerWatch } = (await built(
  'spawning/worker-watch',
)) as typeof import('../../servers/spawning/worker-watch.ts');
const { taskOf } = (await built('spawning/task')) as typeof import('../../servers/spawning/task.ts');
const { Hub } = (await built('rooms/hub')) as typeof import('../../servers/rooms/hub.ts');

const task = taskOf<typeof import('../../servers/models/process-per-connection-task.ts')>(
  new URL('../../dist/servers/models/process-per-connection-task.js', import.meta.url),
)('serveClients', undefined);

/** Ignores ends, which are intended here. */
const watch = new WorkerWatch(() => undefined);

const threads = () => readdirSync('/proc/self/task').sort();
const children = (): ProcessId[] =>
  processTree(process.pid)
    .filter(({ pid }) => pid !== process.pid)
    .map(({ pid, startTime }) => ({ pid, startTime }));
/** Number of open files of this process and its children. */
const openFiles = () => holdings(process.pid).files;

const kinds = [
  {
    kind: 'a thread',
    begin: (app: AppName): ClientWorker => new ClientThread(needsRoom(app) ? openRoom() : undefined, watch),
    workers: threads as () => unknown,
  },
  {
    kind: 'a process',
    begin: (app: AppName): ClientWorker => new ClientProcess(task, app === 'chat' ? new Hub() : undefined, watch),
    workers: children as () => unknown,
  },
] as const;

function spec(app: AppName, transport: 'tcp' | 'udp'): ServerSpec {
  return { ...loopback, app, transport };
}

/** Opens a TCP connection whose server end is for the clientWorker. */
function streamClient(): { readonly client: number; readonly fd: number } {
  const listener = openServer('tcp', loopback);
  const client = closing(check(socket('tcp', loopback.host), 'socket'));
  check(connect(client, localAddress(listener)), 'connect');
  const fd = check(accept(listener), 'accept4');
  close(listener);
  return { client, fd };
}

function sendText(client: number, text: string): void {
  const area = memory(1024);
  area.bytes.set(Buffer.from(text));
  expect(send(client, area, 0, text.length)).toBe(text.length);
}

/** Returns all bytes that a server sends until its FIN. */
async function receiveToEnd(client: number): Promise<string> {
  const area = memory(1024);
  let text = '';
  await until('FIN', () => {
    const received = recv(client, area, 0, 1024, MSG_DONTWAIT);
    if (received > 0) text += Buffer.from(area.bytes.subarray(0, received)).toString();
    return received === 0;
  });
  return text;
}

describe.skipIf(noLibc).each(kinds)('$kind', ({ begin, workers }) => {
  function start(app: AppName): ClientWorker {
    const clientWorker = begin(app);
    onTestFinished(async () => {
      clientWorker.end();
      await soon('its end', clientWorker.ended);
    });
    return clientWorker;
  }

  async function echoed(clientWorker: ClientWorker, text: string): Promise<void> {
    const { client, fd } = streamClient();
    const served = clientWorker.serve({ fd, first: undefined }, spec('echo', 'tcp'));
    sendText(client, text);
    shutdown(client, SHUT_WR);
    expect(await receiveToEnd(client)).toBe(text);
    expect(await soon('the news of it', served)).toBe(true);
  }

  test('serves one client after another without further threads, processes or open files', async () => {
    const clientWorker = start('echo');
    await echoed(clientWorker, 'the first');
    const before = workers();
    const files = openFiles();
    for (let i = 0; i < 20; i++) await echoed(clientWorker, `the next ${i}`);
    expect(workers()).toEqual(before);
    // The clients' own ends stay open until the test has finished. Loading of modules opens files for a moment.
    await until('what the clients used to be closed', () => openFiles() <= files + 20);
  });

  test('does not pass a client’s unfinished request to the next client', async () => {
    const clientWorker = start('http');
    for (const request of ['GET / HT', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n']) {
      const { client, fd } = streamClient();
      const served = clientWorker.serve({ fd, first: undefined }, spec('http', 'tcp'));
      sendText(client, request);
      shutdown(client, SHUT_WR);
      const text = await receiveToEnd(client);
      if (request.endsWith('\r\n')) expect(text).toMatch(/^HTTP\/1\.1 200 /);
      expect(await soon('the news of it', served)).toBe(true);
    }
  });

  test('serves the next UDP peer when one has been silent', async () => {
    const clientWorker = start('echo');
    for (let i = 0; i < 3; i++) {
      const fd = openServer('udp', loopback);
      const peer = listening('udp');
      check(connect(fd, localAddress(peer)), 'connect');
      check(connect(peer, localAddress(fd)), 'connect');
      setReceiveTimeout(fd, 1);
      const first = { peer: localAddress(peer), base64: Buffer.from(`peer ${i}`).toString('base64') };
      expect(await soon('its silence', clientWorker.serve({ fd, first }, spec('echo', 'udp')))).toBe(true);
      const area = memory(64);
      expect(Buffer.from(area.bytes.subarray(0, recv(peer, area, 0, 64))).toString()).toBe(`peer ${i}`);
    }
  });

  test('enters and leaves a room for each client', async () => {
    const clientWorker = start('chat');
    for (let i = 0; i < 3; i++) {
      const { client, fd } = streamClient();
      const served = clientWorker.serve({ fd, first: undefined }, spec('chat', 'tcp'));
      sendText(client, 'a line\n');
      shutdown(client, SHUT_WR);
      expect(await receiveToEnd(client)).toBe('');
      expect(await soon('the news of it', served)).toBe(true);
    }
  });

  test('ends when it is dismissed', async () => {
    const clientWorker = start('echo');
    await echoed(clientWorker, 'hello');
    clientWorker.dismiss();
    await soon('its end', clientWorker.ended);
  });

  test('can end in the middle of a conversation, whose client receives FIN', async () => {
    const clientWorker = start('echo');
    const { client, fd } = streamClient();
    const served = clientWorker.serve({ fd, first: undefined }, spec('echo', 'tcp'));
    sendText(client, 'hello');
    clientWorker.end();
    await soon('its end', clientWorker.ended);
    await soon('the news of it', served);
    await receiveToEnd(client);
  });
});

test.skipIf(noLibc)('when a process is killed, its client is closed, and it accepts no further client', async () => {
  const clientWorker = new ClientProcess(task, undefined, watch);
  const { client, fd } = streamClient();
  const served = clientWorker.serve({ fd, first: undefined }, spec('echo', 'tcp'));
  const [child] = children() as [ProcessId];
  process.kill(child.pid, 'SIGKILL');
  expect(await soon('the news of it', served)).toBe(false);
  await soon('its end', clientWorker.ended);
  expect(isRunning(child)).toBe(false);
  expect(await receiveToEnd(client)).toBe('');
  const other = streamClient();
  closing(other.fd);
  expect(() => clientWorker.serve({ fd: other.fd, first: undefined }, spec('echo', 'tcp'))).toThrow('EPIPE');
});
