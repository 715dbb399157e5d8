import { spawn } from 'node:child_process';
import { existsSync, lstatSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { HostMessage, HostSpec } from '../../servers/spawning/host-messages.ts';
import type { TransportName } from '../../servers/transport.ts';
import { whyMissing } from '../requirements.ts';
import { isAtRest, isRunning, type ProcessId, processTree } from '../servers/process-tree.ts';
import { hostPath, type ServerOptions, ServerProcess } from '../servers/server-process.ts';
import { placeFor, socketPath } from '../servers/socket-path.ts';
import { soon, until } from '../servers/until.ts';
import { servesInProcesses } from './cells.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { DatagramClient } from './datagram-client.ts';
import { HeldStarts } from './held-starts.ts';
import { kernelBuffersBetween } from './kernel-buffers.ts';
import { SlowReader } from './slow-reader.ts';
import { stopsPromptly } from './stops-promptly.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

/** Threads of a fixed pool: as many as clients are active, and one more. A pool of the usual size serves the apps. */
const POOL_THREADS = 4;

/** Tests with which a server's suite ends, because they end the server. */
export function testEnding({ model, transport }: Subject, server: () => ServerProcess): void {
  test('refuses an address in use with EADDRINUSE; ends on SIGTERM with active clients', async () => {
    const first = server();
    await expect(start({ model, transport, ...first.address })).rejects.toThrow('EADDRINUSE');
    await endsOn('SIGTERM', first, transport);
  });
}

/** Tests the promises about starting and stopping, with any app: one server process for each. */
export function describeLifetime(model: ModelName, transport: TransportName): void {
  const usual = { model, transport, poolThreads: POOL_THREADS };

  const title = 'is ready only when its initial threads and processes have started; leaves no orphan when killed';
  if (transport === 'unix') {
    test(`${title}; admits its user alone, and removes its file; replaces a stale file`, async () => {
      const path = socketPath();
      await startThenKill(path);
      expect(lstatSync(path).mode & 0o777).toBe(0o600);
      const server = await start({ ...usual, path });
      expect(lstatSync(path).mode & 0o777).toBe(0o600);
      await endsOn('SIGINT', server, transport);
      expect(existsSync(path)).toBe(false);
    });
  } else {
    test('serves IPv6 where it is available; ends on SIGINT with active clients', async () => {
      const host = whyMissing('ipv6') === undefined ? '::1' : '127.0.0.1';
      const server = await start({ ...usual, host });
      expect(server.address).toMatchObject({ host });
      await endsOn('SIGINT', server, transport);
    });

    test(title, () => startThenKill());
  }

  async function startThenKill(path?: string): Promise<void> {
    using held = new HeldStarts();
    let pid = 0;
    let ready = false;
    const place = path === undefined ? {} : { path };
    const starting = start({ ...usual, ...place, environment: held.environment, onSpawn: (its) => (pid = its) });
    starting.then(
      () => (ready = true),
      () => undefined,
    );
    await until('all to be held, or to wait for clients', () => isAtRest(pid));
    // Earlier messages have arrived by now, and are read within a turn or two.
    for (let turn = 0; turn < 3; turn++) await nextTurn();
    expect(ready, `ready while ${held.count} threads or processes had not started`).toBe(held.count === 0);
    held.release();
    const server = await starting;
    await engage(server, model, transport);
    const tree = server.tree();
    onTestFinished(() => tree.forEach(kill));
    await server.signal('SIGKILL');
    await gone(tree);
  }

  const reports = servesInProcesses(model) ? 'reports a process of its own that is killed; ' : '';
  test(`${reports}leaves no orphan when its parent is killed`, async () => {
    const spec: HostSpec = { ...usual, app: 'echo', ...placeFor(transport), parentPid: 0 };
    const program = fileURLToPath(new URL('../servers/grandparent.mjs', import.meta.url));
    const parent = spawn(process.execPath, [program, hostPath, JSON.stringify(spec)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void parent.kill('SIGKILL'));
    const messages = createInterface({ input: parent.stdout })[Symbol.asyncIterator]();
    const next = async (what: string): Promise<HostMessage & { readonly pid: number }> =>
      JSON.parse((await soon(what, messages.next())).value);
    const message = await next('the host to be ready');
    if (message.kind !== 'ready') throw new Error(JSON.stringify(message));
    onTestFinished(() => processTree(message.pid).forEach(kill));
    await engage(message, model, transport);
    const tree = processTree(message.pid);
    onTestFinished(() => tree.forEach(kill));
    expect(tree.map(({ pid }) => pid)).toContain(message.pid);
    if (servesInProcesses(model)) {
      const child = tree.find(({ pid }) => pid !== message.pid) ?? expect.fail('it has no process of its own');
      kill(child);
      const how = expect.stringMatching(new RegExp(`${child.pid} was killed by SIGKILL$`));
      expect(await next('the report')).toMatchObject({ kind: 'ended', how });
    }
    parent.kill('SIGKILL');
    await gone(tree);
  });
}

/** Starts a server until the test has finished. */
async function start(options: ServerOptions): Promise<ServerProcess> {
  const server = await ServerProcess.start(options);
  onTestFinished(() => server.kill());
  return server;
}

/** Expects that a signal ends a server in its hardest state, with all its processes. */
async function endsOn(signal: NodeJS.Signals, server: ServerProcess, transport: TransportName): Promise<void> {
  await engage(server, server.model, transport);
  expect(childrenOf(server).length > 0, 'it serves in processes of its own').toBe(servesInProcesses(server.model));
  const tree = server.tree();
  onTestFinished(() => tree.forEach(kill));
  await stopsPromptly(server, signal);
  await gone(tree);
}

function childrenOf(server: ServerProcess): ProcessId[] {
  return server.tree().filter(({ pid }) => pid !== server.pid);
}

/**
 * Brings a server into the state in which it is hardest to stop: with open conversations, and over streams with a
 * client that doesn't read, so that the server's send blocks. The clients close when the test has finished.
 */
async function engage(
  server: Pick<ServerProcess, 'address' | 'pid'>,
  model: ModelName,
  transport: TransportName,
): Promise<void> {
  await converse(server, model, transport);
  if (transport === 'udp') return;
  const client = untilTheEnd(await StreamClient.connectNarrow(server.address, transport));
  await greet(client);
  await new SlowReader(client, kernelBuffersBetween(model) + 2 ** 20, 1).stuff(server.pid);
}

/**
 * Opens conversations with a server until the test has finished: concurrent ones, if the model can, else one by one.
 */
async function converse(
  { address }: Pick<ServerProcess, 'address'>,
  model: ModelName,
  transport: TransportName,
): Promise<void> {
  if (transport === 'udp') {
    for (let i = 0; i < 3; i++) {
      const client = untilTheEnd(await DatagramClient.connect(address));
      // Twice: the second goes to the peer's own thread or process, where the model has one.
      for (const sent of [Buffer.from('first'), Buffer.from('second')])
        expect(await client.exchange(sent)).toEqual(sent);
    }
    return;
  }
  const { together } = clientsAtOnce(model);
  for (let i = 0; i < 2; i++) {
    const client = await StreamClient.connect(address, transport);
    await greet(client);
    if (together) untilTheEnd(client);
    else await client[Symbol.asyncDispose]();
  }
}

async function greet(client: StreamClient): Promise<void> {
  client.write(Buffer.from('hello'));
  expect(await client.read(5)).toEqual(Buffer.from('hello'));
}

/** Closes a client when the test has finished. */
function untilTheEnd<C extends AsyncDisposable>(client: C): C {
  onTestFinished(() => client[Symbol.asyncDispose]());
  return client;
}

async function gone(tree: readonly ProcessId[]): Promise<void> {
  await until('all processes to be gone', () => !tree.some(isRunning));
}

function kill(id: ProcessId): void {
  if (isRunning(id)) process.kill(id.pid, 'SIGKILL');
}
