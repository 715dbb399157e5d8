import { describe, expect, onTestFinished, test } from 'vitest';
import { whyUnavailable } from '../../servers/model-availability.ts';
import { getAffinity, onCpus } from '../../sockets/os/cpu.ts';
import type { Transport } from '../../sockets/socket.ts';
import { StreamClient } from '../conformance/stream-client.ts';
import { epollSets, serverSockets } from './kernel-sockets.ts';
import { ServerProcess } from './server-process.ts';

/** With 32 connections for each reactor, the probability that the hash gives a reactor none is e^-32. */
const CLIENTS_PER_REACTOR = 32;

async function start(transport: Transport, cpus: readonly number[] = []): Promise<ServerProcess> {
  const server = await onCpus(cpus, () => ServerProcess.start({ model: 'multi-reactor', transport }));
  onTestFinished(() => server.kill());
  return server;
}

describe.skipIf(whyUnavailable('multi-reactor') !== undefined)('multi-reactor', () => {
  const cpus = whyUnavailable('multi-reactor') === undefined ? getAffinity(0) : [];

  test.each(['tcp', 'udp'] as const)(
    'opens a socket on its port for each CPU that it may use, over %s',
    async (transport) => {
      const server = await start(transport);
      expect(serverSockets(transport, server.port)).toHaveLength(cpus.length);
    },
  );

  test.each(['tcp', 'udp'] as const)('opens one socket when it may use one CPU, over %s', async (transport) => {
    const server = await start(transport, cpus.slice(0, 1));
    expect(serverSockets(transport, server.port)).toHaveLength(1);
  });

  test('divides connections: every reactor watches its own listener and some of the connections', async () => {
    const server = await start('tcp');
    const count = CLIENTS_PER_REACTOR * cpus.length;
    const clients = await Promise.all(Array.from({ length: count }, () => StreamClient.connect(server.address)));
    onTestFinished(() => {
      for (const { socket } of clients) socket.destroy();
    });
    for (const client of clients) client.write(Buffer.from('a'));
    await Promise.all(clients.map((client) => client.read(1)));

    const listeners = serverSockets('tcp', server.port).map(({ inode }) => inode);
    const reactors = epollSets(server.pid).filter((watched) => watched.some((inode) => listeners.includes(inode)));
    expect(reactors).toHaveLength(cpus.length);
    expect(new Set(reactors.flat()).size, 'listeners and connections').toBe(cpus.length + count);
    for (const watched of reactors) {
      expect(
        watched.filter((inode) => listeners.includes(inode)),
        'listeners of one',
      ).toHaveLength(1);
      expect(watched.length, 'listener and connections of one').toBeGreaterThan(1);
    }
  });
});
