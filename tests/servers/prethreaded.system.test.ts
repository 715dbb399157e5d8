import { describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { POOL_SIZE } from '../../servers/models/prethreaded.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { serverSockets } from './kernel-sockets.ts';
import { holdings } from './process-tree.ts';
import { ServerProcess } from './server-process.ts';
import { until } from './until.ts';

const hello = Buffer.from('hello');

describe.skipIf(whyUnavailable('prethreaded') !== undefined)('prethreaded', () => {
  test('serves as many clients at once as it has threads, and the next one when one of them has finished', async () => {
    const server = await ServerProcess.start({ model: 'prethreaded', transport: 'tcp' });
    onTestFinished(() => server.kill());
    expect(holdings(server.pid).threads, 'threads before the first client').toBeGreaterThan(POOL_SIZE);
    const backlog = () => serverSockets('tcp', server.port).map(({ waiting }) => waiting);
    const connect = async () => {
      const client = await StreamClient.connect(server.address);
      onTestFinished(() => client[Symbol.asyncDispose]());
      client.write(hello);
      return client;
    };

    const served = await Promise.all(Array.from({ length: POOL_SIZE }, connect));
    for (const client of served) expect(await client.read(hello.length)).toEqual(hello);
    const next = await connect();
    await until('the next to be in the backlog', () => backlog()[0] === 1);
    for (const client of served) {
      client.write(hello);
      expect(await client.read(hello.length)).toEqual(hello);
    }
    expect(backlog(), 'connections that wait').toEqual([1]);

    served[0]?.finish();
    expect(await next.read(hello.length)).toEqual(hello);
    expect(backlog(), 'connections that wait').toEqual([0]);
  });
});
