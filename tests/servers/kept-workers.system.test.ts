import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { isAtRest, isRunning, processTree } from './process-tree.ts';
import { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

const hello = Buffer.from('hello');
async function start(model: 'thread-per-connection' | 'process-per-connection'): Promise<ServerProcess> {
  const server = await ServerProcess.start({ model, transport: 'tcp' });
  onTestFinished(() => server.kill());
  return server;
}

/**
 * Has one client served to its end, and waits until the server is idle.
 * @returns the ids of the server's threads while the client was served.
 */
async function serveOne(server: ServerProcess): Promise<string[]> {
  const client = await StreamClient.connect(server.address);
  client.write(hello);
  expect(await client.read(hello.length)).toEqual(hello);
  const threads = readdirSync(`/proc/${server.pid}/task`);
  client.finish();
  expect((await client.readToEnd()).length).toBe(0);
  await client[Symbol.asyncDispose]();
  await until('the server to wait', () => isAtRest(server.pid));
  return threads;
}

const children = (server: ServerProcess) => server.tree().filter(({ pid }) => pid !== server.pid);

describe.skipIf(whyUnavailable('thread-per-connection') !== undefined)(
  'the thread or process that served a client serves the next one',
  () => {
    test('thread-per-connection', async () => {
      const server = await start('thread-per-connection');
      const first = await serveOne(server);
      for (let i = 0; i < 3; i++) expect(await serveOne(server)).toEqual(expect.arrayContaining(first));
    });

    test('process-per-connection, and a new process does after that one was killed', async () => {
      const server = await start('process-per-connection');
      await serveOne(server);
      const [first, ...others] = children(server);
      expect(others).toEqual([]);
      await serveOne(server);
      expect(children(server)).toEqual([first]);

      if (first === undefined) throw new Error('no process has served');
      process.kill(first.pid, 'SIGKILL');
      await until(
        'it to be gone',
        () => !isRunning(first) && !processTree(server.pid).some(({ pid }) => pid === first.pid),
      );
      await until('the server to wait', () => isAtRest(server.pid));
      await serveOne(server);
      expect(children(server).length).toBe(1);
      expect(children(server)[0]?.pid).not.toBe(first.pid);
    });
  },
);
