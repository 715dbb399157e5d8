import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { asInternet } from '../../../sockets/address.ts';
import { patternBytes } from '../../conformance/bytes.ts';
import { StreamClient } from '../../conformance/stream-client.ts';
import { isRunning, type ProcessId } from '../process-tree.ts';
import { ServerProcess } from '../server-process.ts';
import { soon, until } from '../until.ts';

async function start(): Promise<{ server: ServerProcess; backends: ProcessId[] }> {
  const server = await ServerProcess.start({ model: 'balanced', transport: 'tcp' });
  onTestFinished(() => server.kill());
  return { server, backends: server.tree().filter(({ pid }) => pid !== server.pid) };
}

async function connected(server: ServerProcess): Promise<StreamClient> {
  const client = await StreamClient.connect(server.address);
  onTestFinished(() => client[Symbol.asyncDispose]());
  return client;
}

/** Reports whether the client's bytes are answered. */
async function isServed(client: StreamClient): Promise<boolean> {
  client.write(patternBytes(1, 0, 100));
  return (await client.read(100)).equals(patternBytes(1, 0, 100));
}

async function killed(backend: ProcessId): Promise<void> {
  process.kill(backend.pid, 'SIGKILL');
  await until('the server to be gone', () => !isRunning(backend));
}

test('when a server dies, only its own clients lose their connections, and new clients are served', async () => {
  const { server, backends } = await start();
  expect(backends.length).toBeGreaterThanOrEqual(2);
  const clients: StreamClient[] = [];
  for (let i = 0; i < 4 * backends.length; i++) clients.push(await connected(server));
  for (const client of clients) expect(await isServed(client)).toBe(true);
  const [victim] = backends;
  if (victim !== undefined) await killed(victim);
  const served = await Promise.all(clients.map(isServed));
  expect(served.filter((answered) => !answered)).toHaveLength(4);
  for (let i = 0; i < 2 * backends.length; i++) expect(await isServed(await connected(server))).toBe(true);
});

test('when all servers have died, a client is reset and the balancer keeps running', async () => {
  const { server, backends } = await start();
  for (const backend of backends) await killed(backend);
  const { host, port } = asInternet(server.address);
  const client = connect(port, host).on('error', () => undefined);
  onTestFinished(() => void client.destroy());
  const closed = new Promise((resolve) => client.resume().once('close', resolve));
  expect(await soon('the connection to end', closed), 'ended by a reset').toBe(true);
  expect(server.running).toBe(true);
});
