import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { boundAddress } from '../../servers/listening/listener.ts';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { modelNames, models } from '../../servers/model-catalog.ts';
import type { TransportName } from '../../servers/transport.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { DatagramClient } from '../conformance/datagram-client.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { type Holdings, holdings, isIdle, isRunning, processTree } from './process-tree.ts';
import { placeFor } from './socket-path.ts';
import { soon, until } from './until.ts';

const program = fileURLToPath(new URL('./closing.mjs', import.meta.url));
const catalog = new URL('../../dist/servers/model-catalog.js', import.meta.url).href;
const hello = Buffer.from('hello');

const cases = modelNames
  .filter((name) => whyUnavailable(name) === undefined)
  .flatMap((model) => models[model].transports.map((transport) => ({ model, transport })));

// One process runs all servers and stays alive, so this finds leaks that the conformance suite can't: the end of a host
// releases everything.
let child: ChildProcess;
let pid: number;

beforeAll(async () => {
  child = spawn(process.execPath, [program, catalog], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  pid = child.pid ?? 0;
  await soon('the program to be up', once(child, 'message'));
});
afterAll(() => {
  const tree = processTree(pid);
  child.kill('SIGKILL');
  for (const descendant of tree) if (isRunning(descendant)) process.kill(descendant.pid, 'SIGKILL');
});

async function answer(message: object): Promise<{ readonly address: SocketAddress; readonly failed?: string }> {
  child.send(message);
  const [reply] = await soon('an answer', once(child, 'message'));
  return reply;
}

/** Expects that a process comes back to what it held before. */
async function isReleased(before: Holdings): Promise<void> {
  const after = holdings(pid);
  expect(after.processes, 'processes').toBe(before.processes);
  // Node opens a few on first use, such as its timer and signal pipes.
  expect(after.files, 'files').toBeLessThanOrEqual(before.files + 2);
  // The kernel lists a thread for a moment after it was joined.
  await until('the threads to be gone', () => holdings(pid).threads <= before.threads);
  await until('the process to rest', () => isIdle(pid));
}

describe('close() releases threads, processes and sockets', () => {
  test.for(cases)('$model over $transport', async ({ model, transport }) => {
    await answer({ load: model });
    const before = holdings(pid);
    const { address } = await answer({
      start: { model, transport, app: 'echo', poolThreads: 4, ...placeFor(transport) },
    });
    if (transport !== 'udp') {
      const client = await StreamClient.connect(address, transport);
      onTestFinished(() => client[Symbol.asyncDispose]());
      client.write(hello);
      expect(await client.read(5)).toEqual(hello);
      await answer({ close: true });
      expect((await client.read(1)).length, 'bytes after the end').toBe(0);
    } else {
      const client = await DatagramClient.connect(address);
      onTestFinished(() => client.close());
      // Twice: the second goes to the peer's own thread or process, where the model has one.
      for (let i = 0; i < 2; i++) expect(await client.exchange(hello)).toEqual(hello);
      await answer({ close: true });
    }
    await isReleased(before);
  });
});

describe('a start that fails releases them, too', () => {
  test.for(cases)('$model over $transport', async ({ model, transport }) => {
    await answer({ load: model });
    const before = holdings(pid);
    const place = await takenPlace(transport);
    const { failed } = await answer({ start: { model, transport, app: 'echo', ...place } });
    expect(failed).toContain('EADDRINUSE');
    await isReleased(before);
  });
});

/** Opens a socket until the test has finished. @returns where it is bound. */
async function takenPlace(transport: TransportName): Promise<ReturnType<typeof placeFor>> {
  const place = placeFor(transport);
  if (transport === 'udp') {
    const socket = createSocket('udp4');
    onTestFinished(() => void socket.close());
    const listening = once(socket, 'listening');
    socket.bind(0, '127.0.0.1');
    await listening;
    return { ...place, port: socket.address().port };
  }
  const server = createServer();
  onTestFinished(() => void server.close());
  const listening = once(server, 'listening');
  server.listen(boundAddress(place));
  await listening;
  return transport === 'unix' ? place : { ...place, port: (server.address() as AddressInfo).port };
}
