import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listeningSockets } from '../../bench/measure/listening-sockets.ts';

/** More than one read of the kernel's table returns: a line has 150 bytes. */
const SERVERS = 100;

test('each listening socket is found, also beside its connections', async () => {
  const ports: number[] = [];
  for (let i = 0; i < SERVERS; i++) {
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  const clients = ports.map((port) => connect(port, '127.0.0.1'));
  onTestFinished(() => clients.forEach((client) => void client.destroy()));
  await Promise.all(clients.map((client) => once(client, 'connect')));
  const found = ports.map((port) => listeningSockets('tcp', port));
  expect(found.map(({ length }) => length)).toEqual(ports.map(() => 1));
  expect(new Set(found.flat()).size).toBe(SERVERS);
  // A connection's own port has no listener.
  expect(listeningSockets('tcp', clients[0]?.localPort ?? 0)).toEqual([]);
});
