import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { modelNames, models, whyUnavailable } from '../../servers/catalog.ts';
import type { SocketAddress } from '../../sockets/address.ts';
import { DatagramClient } from '../conformance/datagram-client.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { holdings, isIdle, isRunning, processTree } from './process-tree.ts';
import { soon, until } from './until.ts';

const program = fileURLToPath(new URL('./closing.mjs', import.meta.url));
const catalog = new URL('../../dist/servers/catalog.js', import.meta.url).href;
const hello = Buffer.from('hello');

const cases = modelNames
  .filter((name) => whyUnavailable(name) === undefined)
  .flatMap((model) => models[model].transports.map((transport) => ({ model, transport })));

// One process runs all servers and stays alive, so this finds leaks that the conformance suite can't: the end of a host
// releases everything.
describe('close() releases threads, processes and sockets', () => {
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

  async function answer(message: object): Promise<{ readonly address: SocketAddress }> {
    child.send(message);
    const [reply] = await soon('an answer', once(child, 'message'));
    return reply;
  }

  test.for(cases)('$model over $transport', async ({ model, transport }) => {
    await answer({ load: model });
    const before = holdings(pid);

    const { address } = await answer({ start: { model, transport, app: 'echo', host: '127.0.0.1', port: 0 } });
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

    const after = holdings(pid);
    expect(after.processes, 'processes').toBe(before.processes);
    // Node opens a few on first use, such as its timer and signal pipes.
    expect(after.files, 'files').toBeLessThanOrEqual(before.files + 2);
    // The kernel lists a thread for a moment after it was joined.
    await until('the threads to be gone', () => holdings(pid).threads <= before.threads);
    await until('the process to rest', () => isIdle(pid));
  });
});
