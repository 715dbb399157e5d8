import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { modelNames, models } from '../../servers/model-catalog.ts';
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

/** A process that starts a server on request: see closing.mjs. */
class Program {
  readonly process: ChildProcess;
  readonly pid: number;

  constructor() {
    this.process = spawn(process.execPath, [program, catalog], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.pid = this.process.pid ?? 0;
  }

  /** Resolves when it can be asked. */
  async up(): Promise<this> {
    await soon('the program to be up', once(this.process, 'message'));
    return this;
  }

  async answer(message: object): Promise<{ readonly address: SocketAddress; readonly failed?: string }> {
    this.process.send(message);
    const [reply] = await soon('an answer', once(this.process, 'message'));
    return reply;
  }

  kill(): void {
    const tree = processTree(this.pid);
    this.process.kill('SIGKILL');
    for (const descendant of tree) if (isRunning(descendant)) process.kill(descendant.pid, 'SIGKILL');
  }
}

// One process runs all servers and stays alive, so this finds leaks that the conformance suite can't: the end of a host
// releases everything. In another one, all starts fail.
let serving: Program;
let failing: Program;

beforeAll(async () => {
  [serving, failing] = await Promise.all([new Program().up(), new Program().up()]);
});
afterAll(() => {
  serving?.kill();
  failing?.kill();
});

/** Expects that a process comes back to what it held before. */
async function isReleased({ pid }: Program, before: Holdings): Promise<void> {
  const after = holdings(pid);
  expect(after.processes, 'processes').toBe(before.processes);
  // Node opens a few on first use, such as its timer and signal pipes.
  expect(after.files, 'files').toBeLessThanOrEqual(before.files + 2);
  // The kernel lists a thread for a moment after it was joined.
  await until('the threads to be gone', () => holdings(pid).threads <= before.threads);
  await until('the process to rest', () => isIdle(pid));
}

describe('another start at its address fails with EADDRINUSE and leaves nothing; close() releases threads, processes and sockets', () => {
  test.for(cases)('$model over $transport', async ({ model, transport }) => {
    for (const each of [serving, failing]) await each.answer({ load: model });
    const before = [holdings(serving.pid), holdings(failing.pid)] as const;
    const spec = { model, transport, app: 'echo', poolThreads: 4, ...placeFor(transport) };
    const { address } = await serving.answer({ start: spec });
    const { failed } = await failing.answer({ start: { ...spec, ...address } });
    expect(failed).toContain('EADDRINUSE');
    await isReleased(failing, before[1]);

    if (transport !== 'udp') {
      const client = await StreamClient.connect(address, transport);
      onTestFinished(() => client[Symbol.asyncDispose]());
      client.write(hello);
      expect(await client.read(5)).toEqual(hello);
      await serving.answer({ close: true });
      expect((await client.read(1)).length, 'bytes after the end').toBe(0);
    } else {
      const client = await DatagramClient.connect(address);
      onTestFinished(() => client.close());
      // Twice: the second goes to the peer's own thread or process, where the model has one.
      for (let i = 0; i < 2; i++) expect(await client.exchange(hello)).toEqual(hello);
      await serving.answer({ close: true });
    }
    await isReleased(serving, before[0]);
  });
});
