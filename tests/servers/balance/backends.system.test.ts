import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { chooserOf } from '../../../servers/balance/policies.ts';
import { Backends } from '../../../servers/node/backends.ts';
import type { InternetAddress } from '../../../sockets/address.ts';
import { seeded } from '../../seeded.ts';
import { until } from '../until.ts';

/** Starts a server that keeps connections open until the test has finished. */
async function listening(): Promise<{ server: Server; address: InternetAddress }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).resume());
  });
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { address: host, port } = server.address() as AddressInfo;
  return { server, address: { host, port } };
}

/** Returns an address on which no server listens any more. */
async function refusing(): Promise<InternetAddress> {
  const { server, address } = await listening();
  server.close();
  await once(server, 'close');
  return address;
}

/** Connects, until the test has finished. @returns the port of the server that accepted, or undefined. */
async function portOf(backends: Backends): Promise<number | undefined> {
  const socket = await backends.connect();
  onTestFinished(() => void socket?.destroy());
  return socket?.remotePort;
}

const inTurn = () => chooserOf('round-robin', seeded(0));

test('servers that refuse are skipped each time, and the others share the connections', async () => {
  const [one, other] = [(await listening()).address, (await listening()).address];
  const backends = new Backends([await refusing(), one, await refusing(), other], inTurn());
  const ports: (number | undefined)[] = [];
  for (let i = 0; i < 20; i++) ports.push(await portOf(backends));
  expect(new Set(ports)).toEqual(new Set([one.port, other.port]));
});

test('there is no connection when all servers refuse, or all are removed', async () => {
  const gone = [await refusing(), await refusing()];
  const backends = new Backends(gone, inTurn());
  expect(await backends.connect()).toBeUndefined();
  for (const address of gone) backends.takeOut(address);
  expect(backends.size).toBe(0);
  expect(await backends.connect()).toBeUndefined();
});

test('a removed server gets no more connections', async () => {
  const [one, other] = [(await listening()).address, (await listening()).address];
  const backends = new Backends([one, other], inTurn());
  expect(await portOf(backends)).toBe(one.port);
  backends.takeOut(one);
  for (let i = 0; i < 4; i++) expect(await portOf(backends)).toBe(other.port);
});

test('a connection counts from its request until it is closed; a refused one does not count', async () => {
  const seen: (readonly number[])[] = [];
  const first = (open: ArrayLike<number>) => {
    seen.push(Array.from(open));
    return 0;
  };
  const backends = new Backends([await refusing(), (await listening()).address], first);
  const socket = await backends.connect();
  expect(seen).toEqual([[0, 0], [0]]);
  const second = backends.connect();
  expect(seen.at(-1)).toEqual([0, 1]);
  for (const open of [socket, await second]) open?.destroy();
  await until('both to be closed', async () => {
    (await backends.connect())?.destroy();
    return seen.at(-1)?.[0] === 0;
  });
});
