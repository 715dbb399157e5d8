import { existsSync, lstatSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ModelName } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { whyMissing } from '../requirements.ts';
import { isRunning, type ProcessId, processTree } from '../servers/process-tree.ts';
import { ServerProcess } from '../servers/server-process.ts';
import { placeFor } from '../servers/socket-path.ts';
import { until } from '../servers/until.ts';
import { servesInProcesses } from './cells.ts';
import { clientsAtOnce } from './clients-at-once.ts';
import { DatagramClient } from './datagram-client.ts';
import { FosteredHost } from './fostered-host.ts';
import { HeldStarts } from './held-starts.ts';
import { kernelBuffersBetween } from './kernel-buffers.ts';
import { SlowReader } from './slow-reader.ts';
import { stopsPromptly } from './stops-promptly.ts';
import { StreamClient } from './stream-client.ts';
import type { Subject } from './subject.ts';

/** Threads of a fixed pool: as many as clients are active, and one more. */
const FEW_THREADS = 4;

/**
 * Test with which a server's suite ends, because it ends the server. Over Unix-domain sockets, a stale file must have
 * been at its path: {@link ServerOptions.staleFile}.
 */
export function testEnding(
  { model, transport }: Pick<Subject, 'model' | 'transport'>,
  server: () => ServerProcess,
): void {
  const ends = (signal: NodeJS.Signals) => endsOn(signal, server(), model, transport);
  // One signal for each: servers handle both in the same way (servers/spawning/stop-on-signal.ts).
  if (transport === 'udp') {
    test('ends on SIGINT with active clients', () => ends('SIGINT'));
  } else if (transport !== 'unix') {
    test('ends on SIGTERM with active clients', () => ends('SIGTERM'));
  } else {
    test('admits its user alone, and has replaced a stale file; ends on SIGTERM with active clients, and removes its file', async () => {
      const { address } = server();
      const path = 'path' in address ? address.path : expect.fail('it has no path');
      expect(lstatSync(path).mode & 0o777).toBe(0o600);
      await ends('SIGTERM');
      expect(existsSync(path)).toBe(false);
    });
  }
}

/** The same with a server of its own. */
export function describeEnding(model: ModelName, transport: TransportName): void {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await ServerProcess.start({ model, transport, poolThreads: FEW_THREADS, staleFile: true });
  });
  afterAll(() => server?.kill());
  testEnding({ model, transport }, () => server);
}

/** Tests the promises about starting, and about ending without a signal to stop, with any app. */
export function describeLifetime(model: ModelName, transport: TransportName): void {
  const ipv6 = transport !== 'unix' && whyMissing('ipv6') === undefined;
  const where = transport === 'unix' ? '' : 'serves IPv6 where it is available; ';
  const reports = servesInProcesses(model) ? 'reports a process of its own that is killed; ' : '';
  const title = 'is ready only when its initial threads and processes have started';
  test(`${title}; ${where}${reports}leaves no orphan when its parent is killed`, async () => {
    using held = new HeldStarts();
    const place = { ...placeFor(transport), ...(ipv6 && { host: '::1' }) };
    const spec = { model, transport, app: 'echo', poolThreads: FEW_THREADS, ...place } as const;
    const host = await FosteredHost.spawn(spec, held.environment);
    const { pid } = host;
    const address = await readyOnlyWhenStarted(host, held);
    if (ipv6) expect(address).toMatchObject({ host: '::1' });
    await engage({ pid, address }, model, transport);
    const tree = processTree(pid);
    onTestFinished(() => tree.forEach(kill));
    expect(tree.map((each) => each.pid)).toContain(pid);
    if (servesInProcesses(model)) {
      const child = tree.find((each) => each.pid !== pid) ?? expect.fail('it has no process of its own');
      kill(child);
      const how = expect.stringMatching(new RegExp(`${child.pid} was killed by SIGKILL$`));
      expect(await host.message('the report')).toMatchObject({ kind: 'ended', how });
    }
    host.killParent();
    await gone(tree);
  });

  // The kernel ends the threads of a process with it.
  if (!servesInProcesses(model)) return;
  test('leaves no orphan when killed', async () => {
    const server = await ServerProcess.start({ model, transport });
    onTestFinished(() => server.kill());
    await engage(server, model, transport);
    const tree = server.tree();
    onTestFinished(() => tree.forEach(kill));
    await server.signal('SIGKILL');
    await gone(tree);
  });
}

/** Expects that a host is not ready while what it starts is held. @returns its address. */
async function readyOnlyWhenStarted(host: FosteredHost, held: HeldStarts): Promise<SocketAddress> {
  let ready = false;
  const message = host.message('the host to be ready');
  message.then(
    () => (ready = true),
    () => undefined,
  );
  await until('all to be held, or to wait for clients', () => host.isAtRest());
  // Earlier messages have arrived by now, and are read within a turn or two.
  for (let turn = 0; turn < 3; turn++) await nextTurn();
  expect(ready, `ready while ${held.count} threads or processes had not started`).toBe(held.count === 0);
  held.release();
  const first = await message;
  if (first.kind !== 'ready') throw new Error(JSON.stringify(first));
  return first.address;
}

/** Expects that a signal ends a server in its hardest state, with all its processes. */
async function endsOn(
  signal: NodeJS.Signals,
  server: ServerProcess,
  model: ModelName,
  transport: TransportName,
): Promise<void> {
  await engage(server, model, transport);
  expect(childrenOf(server).length > 0, 'it serves in processes of its own').toBe(servesInProcesses(model));
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
